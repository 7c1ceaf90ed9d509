import {
  CodeLens,
  type CodeLensProvider,
  type Disposable,
  type Hover,
  type HoverProvider,
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

/** Lenses above each hunk and, below the pointer, where it came from; both with the commands that decide it. */
class HunkLens implements CodeLensProvider, HoverProvider {
  readonly #hunks: Hunks;
  readonly onDidChangeCodeLenses;

  constructor(hunks: Hunks) {
    this.#hunks = hunks;
    this.onDidChangeCodeLenses = hunks.onDidChange;
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
  const accept = lens('countersign.acceptHunk', '$(check) Accept', 'Accept this hunk');
  const reject = lens('countersign.rejectHunk', '$(close) Reject', 'Leave this hunk out');
  const clear = lens('countersign.clearHunk', '$(discard) Clear', 'Take this decision back');
  const criterion = hunk.criterion === null ? '' : ` · “${shortened(hunk.criterion)}”`;
  const about = lens(
    'countersign.openReview',
    `${describeHunk(hunk, change.total)}${criterion}`,
    'Open the review summary',
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
  text.appendText(hunk.criterion === null ? 'No criterion names this hunk.' : `For: ${hunk.criterion}`);
  text.appendMarkdown('\n\n');
  text.appendText(`Attempt ${attempt}${model === null ? '' : ` · ${model}`} · ${cost} for the phase`);
  const repairs = (change.phase.staged?.repairs ?? []).filter(
    (repair) => repair.file === hunk.path && (repair.hunk === null || repair.hunk === hunk.number),
  );
  for (const { detail } of repairs) {
    text.appendMarkdown('\n\n$(wrench) ');
    text.appendText(`Repaired: ${detail}`);
  }
  const link = (label: string, command: CommandId) =>
    `[${label}](command:${command}?${encodeURIComponent(JSON.stringify([nameHunk(change, hunk)]))})`;
  const links = [link('$(check) Accept', 'countersign.acceptHunk'), link('$(close) Reject', 'countersign.rejectHunk')];
  if (hunk.decision !== null) links.push(link('$(discard) Clear', 'countersign.clearHunk'));
  text.appendMarkdown(`\n\n${links.join(' · ')}`);
  return text;
}

export function registerHunkLens(hunks: Hunks): Disposable[] {
  const provider = new HunkLens(hunks);
  const selector = { scheme: proposalScheme };
  return [languages.registerCodeLensProvider(selector, provider), languages.registerHoverProvider(selector, provider)];
}
