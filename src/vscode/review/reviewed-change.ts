import { type TextDocument, workspace } from 'vscode';
import {
  chosenText,
  type FileTexts,
  hunksOfPatch,
  isEdited,
  type PlacedHunk,
  placeHunks,
} from '../../compose/review-texts.ts';
import type { Workspace } from '../../compose.ts';
import { localize } from '../../contract/words.ts';
import { evidenceMatrix } from '../../domain/evidence-matrix.ts';
import { formatCost } from '../../domain/money.ts';
import { readDiff } from '../../domain/read-diff.ts';
import type { PhaseRecord } from '../../domain/run.ts';
import type { DraftPlace, Drafts, HunkDecision } from './drafts.ts';
import { proposalUri, type ReviewKey } from './proposal-uri.ts';

/** One hunk as the editor shows it. */
export interface ShownHunk extends PlacedHunk {
  readonly path: string;
  /** From 1 within the whole change. */
  readonly ordinal: number;
  readonly decision: HunkDecision | null;
  /** What it is there for, in the spec's words; null where nobody named a place. */
  readonly criterion: string | null;
}

/** How far a person came with a change. */
export interface Standing {
  readonly hunks: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly edited: number;
  /** What was chosen is not what was checked. */
  readonly stale: boolean;
}

/** Where a change came from, for the hover. */
export interface Provenance {
  readonly attempt: number;
  readonly model: string | null;
  readonly cost: string;
}

/** A change that waits, with its texts read: what its hunks are and where they stand in the editor. */
export class ReviewedChange {
  readonly key: ReviewKey;
  readonly phase: PhaseRecord;
  readonly commit: string;
  readonly provenance: Provenance;
  readonly #drafts: Drafts;
  readonly #files: ReadonlyMap<string, FileTexts>;
  readonly #firstOrdinals = new Map<string, number>();
  readonly #criteria = new Map<string, string>();
  /** Placing is done once for each version of a document. */
  readonly #placed = new Map<string, { readonly text: string; readonly hunks: readonly PlacedHunk[] }>();

  constructor(
    phase: PhaseRecord,
    commit: string,
    files: ReadonlyMap<string, FileTexts>,
    more: {
      readonly drafts: Drafts;
      readonly provenance: Provenance;
    },
  ) {
    this.key = { runId: phase.runId, phaseId: phase.id };
    this.phase = phase;
    this.commit = commit;
    this.provenance = more.provenance;
    this.#drafts = more.drafts;
    this.#files = files;
    let ordinal = 1;
    for (const [path, { hunks }] of files) {
      this.#firstOrdinals.set(path, ordinal);
      ordinal += hunks.length;
    }
    const { spec, staged, checks, audit } = phase;
    if (!staged || !checks || !audit) return;
    for (const row of evidenceMatrix({ spec, staged, checks, audit })) {
      for (const { file, hunk } of row.hunks) this.#criteria.set(`${file}:${hunk}`, row.criterion);
    }
  }

  get paths(): readonly string[] {
    return [...this.#files.keys()];
  }

  /** Hunks of all files. */
  get total(): number {
    return [...this.#files.values()].reduce((sum, { hunks }) => sum + hunks.length, 0);
  }

  place(path: string): DraftPlace {
    return { ...this.key, commit: this.commit, path };
  }

  uri(path: string) {
    return proposalUri({ ...this.place(path), side: 'proposed' });
  }

  /** The hunks of a file where they stand now, in order. */
  hunks(path: string): readonly ShownHunk[] {
    const texts = this.#files.get(path);
    if (!texts) return [];
    const { decisions } = this.#drafts.file(this.place(path));
    const first = this.#firstOrdinals.get(path) ?? 1;
    return this.#place(path, texts).map((hunk, index) => ({
      ...hunk,
      path,
      ordinal: first + index,
      decision: decisions[hunk.number] ?? null,
      criterion: this.#criteria.get(`${path}:${hunk.number}`) ?? null,
    }));
  }

  get standing(): Standing {
    const hunks = this.paths.flatMap((path) => this.hunks(path));
    const count = (decision: HunkDecision) => hunks.filter((hunk) => hunk.decision === decision).length;
    return {
      hunks: hunks.length,
      accepted: count('accepted'),
      rejected: count('rejected'),
      edited: hunks.filter(({ edited, decision }) => edited && decision !== 'rejected').length,
      stale: this.chosen().size > 0,
    };
  }

  /** What is to be staged in place of the proposal: texts of the files that differ from it, null for one left out. */
  chosen(): ReadonlyMap<string, string | null> {
    const chosen = new Map<string, string | null>();
    for (const [path, texts] of this.#files) {
      const current = this.#textOf(path, texts);
      const rejected = new Set(this.hunks(path).flatMap((hunk) => (hunk.decision === 'rejected' ? hunk.number : [])));
      if (rejected.size === 0 && !isEdited(texts.proposed, current)) continue;
      chosen.set(path, chosenText(texts, current, rejected));
    }
    return chosen;
  }

  /** Documents of this change that hold edits which are not saved yet. */
  get unsaved(): readonly TextDocument[] {
    const uris = new Set(this.paths.map((path) => this.uri(path).toString()));
    return workspace.textDocuments.filter(({ isDirty, uri }) => isDirty && uris.has(uri.toString()));
  }

  #place(path: string, texts: FileTexts): readonly PlacedHunk[] {
    const text = this.#textOf(path, texts);
    const known = this.#placed.get(path);
    if (known?.text === text) return known.hunks;
    const hunks = placeHunks(texts, text);
    this.#placed.set(path, { text, hunks });
    return hunks;
  }

  /** As the open document has it, else as it was saved. */
  #textOf(path: string, { proposed }: FileTexts): string {
    const uri = this.uri(path).toString();
    const open = workspace.textDocuments.find((document) => document.uri.toString() === uri);
    if (open && isEdited(proposed, open.getText())) return open.getText();
    return (open ? null : this.#drafts.file(this.place(path)).text) ?? proposed;
  }
}

/** Null where the phase has no change, or another one by now. */
export async function readChange(
  { ledger, repository }: Workspace,
  { runId, phaseId }: ReviewKey,
  commit: string,
  drafts: Drafts,
): Promise<ReviewedChange | null> {
  const phase = ledger.phase(runId, phaseId);
  const staged = phase?.staged;
  if (!phase || staged?.commit !== commit) return null;
  const paths = staged.files.map(({ path }) => path);
  const hunks = hunksOfPatch(staged.patch);
  const former = new Map(
    readDiff(staged.patch).flatMap(({ path, renamedFrom }) => (renamedFrom === null ? [] : [[path, renamedFrom]])),
  );
  const [base, proposed] = await Promise.all([
    repository.tree(staged.base).read([...paths, ...former.values()]),
    repository.tree(commit).read(paths),
  ]);
  const files = paths.map((path): [string, FileTexts] => [
    path,
    {
      base: base.get(former.get(path) ?? path) ?? '',
      proposed: proposed.get(path) ?? '',
      hunks: hunks.get(path) ?? [],
    },
  ]);
  const attempts = ledger.attempts(runId).filter((attempt) => attempt.phaseId === phaseId);
  const provenance = {
    attempt: phase.attempts,
    model: attempts.find(({ attempt }) => attempt === phase.attempts)?.model ?? null,
    cost: formatCost(phase.spend.cost, localize),
  };
  return new ReviewedChange(phase, commit, new Map(files), { drafts, provenance });
}
