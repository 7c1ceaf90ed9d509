import { type Disposable, EventEmitter, type Memento, type TextEditor, type Uri, window, workspace } from 'vscode';
import type { Session } from '../session.ts';
import { Drafts, type HunkDecision } from './drafts.ts';
import { type ReviewKey, readProposalUri } from './proposal-uri.ts';
import { type ReviewedChange, readChange, type ShownHunk } from './reviewed-change.ts';

/** A hunk that a command is about. */
export interface HunkTarget {
  readonly change: ReviewedChange;
  readonly hunk: ShownHunk;
}

/** The proposed side of a change, where an editor shows it. */
export function proposedIn(uri: Uri) {
  const file = readProposalUri(uri);
  return file?.side === 'proposed' ? file : null;
}

/** So many changes are kept read. */
const mostKept = 20;

/** Changes under review hunk by hunk: read once for each commit, with what the person decided and edited so far. */
export class Hunks implements Disposable {
  readonly drafts: Drafts;
  readonly #session: Session;
  readonly #read = new Map<string, Promise<ReviewedChange | null>>();
  readonly #known = new Map<string, ReviewedChange>();
  readonly #changes = new EventEmitter<void>();
  readonly #listening: readonly Disposable[];

  /** A hunk was decided or edited, or a change was read. */
  readonly onDidChange = this.#changes.event;

  constructor(session: Session, memento: Memento) {
    this.#session = session;
    this.drafts = new Drafts(memento);
    this.#listening = [
      this.drafts.onDidChange(() => this.#changes.fire()),
      workspace.onDidChangeTextDocument(({ document }) => proposedIn(document.uri) && this.#changes.fire()),
    ];
  }

  /** Null where the commit is not what the phase waits with. */
  change(key: ReviewKey, commit: string): Promise<ReviewedChange | null> {
    const name = nameOf(key, commit);
    const known = this.#read.get(name);
    if (known) return known;
    const reading = this.#session.use((workspace) => readChange(workspace, key, commit, this.drafts));
    this.#read.set(name, reading);
    const [oldest] = this.#read.keys();
    if (this.#read.size > mostKept && oldest !== undefined) {
      this.#read.delete(oldest);
      this.#known.delete(oldest);
    }
    reading.then(
      (change) => {
        if (!change) {
          this.#read.delete(name);
          return;
        }
        this.#known.set(name, change);
        this.#changes.fire();
      },
      () => this.#read.delete(name),
    );
    return reading;
  }

  /** As `change`, of what was read already; what was not is read, and `onDidChange` tells when. */
  known(uri: Uri): ReviewedChange | null {
    const file = proposedIn(uri);
    if (!file) return null;
    const known = this.#known.get(nameOf(file, file.commit));
    if (!known) void this.change(file, file.commit).catch(() => null);
    return known ?? null;
  }

  async decide({ change, hunk }: HunkTarget, decision: HunkDecision | null): Promise<void> {
    await this.drafts.decide(change.place(hunk.path), [hunk.number], decision);
  }

  async decideFile(change: ReviewedChange, path: string, decision: HunkDecision): Promise<void> {
    const numbers = change.hunks(path).map(({ number }) => number);
    await this.drafts.decide(change.place(path), numbers, decision);
  }

  /** The hunk that a CodeLens or a hover names, else the one at the cursor of the editor in front or the next below it. */
  async target(argument: unknown): Promise<HunkTarget | null> {
    const named = namedIn(argument);
    if (named) {
      const change = await this.change(named, named.commit);
      const hunk = change?.hunks(named.path).find(({ number }) => number === named.hunk);
      return change && hunk ? { change, hunk } : null;
    }
    const editor = proposalEditor();
    const file = editor && proposedIn(editor.document.uri);
    const change = file && (await this.change(file, file.commit));
    if (!editor || !file || !change) return null;
    const line = editor.selection.active.line;
    const hunks = change.hunks(file.path);
    const hunk = hunks.find(({ from, to }) => line < Math.max(to, from + 1)) ?? hunks.at(-1);
    return hunk ? { change, hunk } : null;
  }

  dispose(): void {
    for (const listening of this.#listening) listening.dispose();
    this.#changes.dispose();
  }
}

const nameOf = ({ runId, phaseId }: ReviewKey, commit: string) => `${runId}/${phaseId}/${commit}`;

interface NamedHunk extends ReviewKey {
  readonly commit: string;
  readonly path: string;
  readonly hunk: number;
}

function namedIn(value: unknown): NamedHunk | null {
  if (typeof value !== 'object' || value === null) return null;
  const { runId, phaseId, commit, path, hunk } = value as Partial<NamedHunk>;
  const texts = [runId, phaseId, commit, path];
  if (!texts.every((text) => typeof text === 'string') || typeof hunk !== 'number') return null;
  return value as NamedHunk;
}

/** What a command is given to know its hunk again. */
export function nameHunk(change: ReviewedChange, { path, number }: ShownHunk): NamedHunk {
  return { ...change.place(path), hunk: number };
}

/** The editor in front, where it shows the proposed side of a change; else the first one in sight that does. */
export function proposalEditor(): TextEditor | null {
  const editors = [window.activeTextEditor, ...window.visibleTextEditors];
  return editors.find((editor) => editor && proposedIn(editor.document.uri)) ?? null;
}
