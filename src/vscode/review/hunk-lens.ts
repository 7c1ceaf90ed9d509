import {
  CodeLens,
  type CodeLensProvider,
  type Disposable,
  EventEmitter,
  type Hover,
  type HoverProvider,
  l10n,
  languages,
  MarkdownString,
  Range,
  Hover as ShownHover,
  type TextDocument,
} from 'vscode';
import type { CommandId } from '../../manifest/commands.ts';
import { proposalScheme } from '../../manifest/context-keys.ts';
import { describeHunk } from './hunk-words.ts';
import { type Hunks, nameHunk, proposedIn } from './hunks.ts';
import type { ReviewedChange, ShownHunk } from './reviewed-change.ts';

const longestCriterion = 60;

const shortened = (text: string) =>
  text.length > longestCriterion ? `${text.slice(0, longestCriterion - 1).trimEnd()}…` : text;

/** A file that is left just as it changes, for the next one, keeps the lenses it had: it is told once more at rest. */
const againMs = 500;

/** Lenses above each hunk and, below the pointer, where it came from; both with the commands that decide it. */
class HunkLens implements CodeLensProvider, HoverProvider, Disposable {
  readonly #hunks: Hunks;
  readonly #changes = new EventEmitter<void>();
  readonly #listening: Disposable;
  readonly onDidChangeCodeLenses = this.#changes.event;
  #timer: NodeJS.Timeout | undefined;

  constructor(hunks: Hunks) {
    this.#hunks = hunks;
    this.#listening = hunks.onDidChange(() => {
      this.#changes.fire();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#changes.fire(), againMs);
    });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#listening.dispose();
    this.#changes.dispose();
  }

  async provideCodeLenses(document: TextDocument): Promise<CodeLens[]> {
    const file = proposedIn(document.uri);
    const change = file && (await this.#hunks.change(file, file.commit));
    if (!file || !change) return [];
    return change.hunks(file.path).flatMap((hunk) => lensesOf(document, change, hunk));
  }

  async provideHover(document: TextDocument, { line }: { readonly line: number }): Promise<Hover | null> {
    const file = proposedIn(document.uri);
    const change = file && (await this.#hunks.change(file, file.commit));
    const hunk = file && change?.hunks(file.path).find(({ from, to }) => line >= from && line < Math.max(to, from + 1));
    if (!change || !hunk) return null;
    return new ShownHover(hoverText(change, hunk), new Range(hunk.from, 0, Math.max(hunk.from, hunk.to - 1), 0));
  }
}

function lensesOf(document: TextDocument, change: ReviewedChange, hunk: ShownHunk): CodeLens[] {
  // What is removed at the end of a file has no line of its own.
  const line = Math.min(hunk.from, document.lineCount - 1);
  const place = new Range(line, 0, line, 0);
  const target = nameHunk(change, hunk);
  const lens = (command: CommandId, title: string, tooltip: string) =>
    new CodeLens(place, { command, title, tooltip, arguments: [target] });
  const accept = lens('countersign.acceptHunk', l10n.t('$(check) Accept'), l10n.t('Accept this hunk'));
  const reject = lens('countersign.rejectHunk', l10n.t('$(close) Reject'), l10n.t('Leave this hunk out'));
  const clear = lens('countersign.clearHunk', l10n.t('$(discard) Clear'), l10n.t('Take this decision back'));
  const criterion = hunk.criterion === null ? '' : ` · “${shortened(hunk.criterion)}”`;
  const about = lens(
    'countersign.openReview',
    `${describeHunk(hunk, change.total)}${criterion}`,
    l10n.t('Open the review summary'),
  );
  if (hunk.decision === 'accepted') return [reject, clear, about];
  if (hunk.decision === 'rejected') return [accept, clear, about];
  return [accept, reject, about];
}

/** What a spec or a model said is shown as text: nothing in it is taken for markup or a command. */
function hoverText(change: ReviewedChange, hunk: ShownHunk): MarkdownString {
  const text = new MarkdownString('', true);
  text.isTrusted = { enabledCommands: ['countersign.acceptHunk', 'countersign.rejectHunk', 'countersign.clearHunk'] };
  const { attempt, model, cost } = change.provenance;
  text.appendMarkdown(`**${describeHunk(hunk, change.total)}**\n\n`);
  text.appendText(
    hunk.criterion === null ? l10n.t('No criterion names this hunk.') : l10n.t('For: {0}', hunk.criterion),
  );
  text.appendMarkdown('\n\n');
  text.appendText(l10n.t('Attempt {0}{1} · {2} for the phase', attempt, model === null ? '' : ` · ${model}`, cost));
  const repairs = (change.phase.staged?.repairs ?? []).filter(
    (repair) => repair.file === hunk.path && (repair.hunk === null || repair.hunk === hunk.number),
  );
  for (const { detail } of repairs) {
    text.appendMarkdown('\n\n$(wrench) ');
    text.appendText(l10n.t('Repaired: {0}', detail));
  }
  const link = (label: string, command: CommandId) =>
    `[${label}](command:${command}?${encodeURIComponent(JSON.stringify([nameHunk(change, hunk)]))})`;
  const links = [
    link(l10n.t('$(check) Accept'), 'countersign.acceptHunk'),
    link(l10n.t('$(close) Reject'), 'countersign.rejectHunk'),
  ];
  if (hunk.decision !== null) links.push(link(l10n.t('$(discard) Clear'), 'countersign.clearHunk'));
  text.appendMarkdown(`\n\n${links.join(' · ')}`);
  return text;
}

export function registerHunkLens(hunks: Hunks): Disposable[] {
  const provider = new HunkLens(hunks);
  const selector = { scheme: proposalScheme };
  return [
    provider,
    languages.registerCodeLensProvider(selector, provider),
    languages.registerHoverProvider(selector, provider),
  ];
}
