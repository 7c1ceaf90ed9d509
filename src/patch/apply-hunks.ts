import type { Rejection } from '../domain/fault.ts';
import type { Repair } from '../domain/patch.ts';
import { type Block, blocksOf, composeBlocks, type FinalEnd, writeBlocks } from './compose.ts';
import { isLazy } from './elision.ts';
import { FileIndex, type Work } from './file-index.ts';
import { isBlank } from './lines.ts';
import { type Signs, signsOf } from './lost-signs.ts';
import type { Hunk } from './patch-set.ts';
import { placeHunk } from './place-hunk.ts';
import type { Placed, Rule } from './placement.ts';
import { learnIndent, reindent } from './reindent.ts';
import { rejectionOf } from './rejection.ts';

/** Where one hunk went, for people and for tests. */
export interface HunkPlace {
  readonly file: string;
  readonly hunk: number;
  /** 1-based line of the file before the change. */
  readonly line: number;
  readonly rule: Rule | 'already-applied';
}

interface HunksOutcome {
  readonly after: string;
  readonly repairs: readonly Repair[];
  readonly rejections: readonly Rejection[];
  readonly places: readonly HunkPlace[];
}

interface Run {
  readonly path: string;
  readonly hunks: readonly Hunk[];
  readonly work: Work;
  readonly signs: Signs;
  readonly repairs: Repair[];
  readonly rejections: Rejection[];
  readonly places: HunkPlace[];
}

/**
 * Applies all hunks of one file, each to the file as it was. What then has no place is tried once more on the
 * result, as replies write that describe one step after the other. Hunks are numbered as they are in the list, from 1.
 */
export function applyHunks(
  path: string,
  before: string,
  file: FileIndex,
  hunks: readonly Hunk[],
  work: Work,
): HunksOutcome {
  const signs = signsOf(hunks, file);
  const run: Run = { path, hunks, work, signs, repairs: [], rejections: [], places: [] };
  checkLaziness(run, file);
  let pending = hunks.map((_, index) => index);
  let current = file;
  let text = before;
  while (pending.length > 0 && run.rejections.length === 0) {
    const left = applyRound(run, current, pending, current !== file);
    if (run.rejections.length > 0) break;
    text = left.text;
    if (left.pending.length === pending.length) {
      for (const { index, refusal } of left.refused) run.rejections.push(rejectionOf(path, index + 1, refusal, file));
      break;
    }
    if (left.pending.length > 0 && text === before) {
      for (const { index, refusal } of left.refused) run.rejections.push(rejectionOf(path, index + 1, refusal, file));
      break;
    }
    pending = left.pending;
    current = new FileIndex(text);
  }
  return { after: text, repairs: run.repairs, rejections: run.rejections, places: run.places };
}

/** An added line that stands for code which was not written would delete that code. */
function checkLaziness(run: Run, file: FileIndex): void {
  run.hunks.forEach((hunk, index) => {
    for (const line of hunk.lines) {
      if (line.sign !== '+' || !isLazy(line.text) || file.exact.has(line.text)) continue;
      if (hunk.lines.some((other) => other.sign !== '+' && other.text.trim() === line.text.trim())) continue;
      const reason = `It adds ${JSON.stringify(line.text.trim())} where the code itself is needed.`;
      run.rejections.push(rejectionOf(run.path, index + 1, { reason, candidates: [], likeliest: null }, file));
      return;
    }
  });
}

interface Refused {
  readonly index: number;
  readonly refusal: { reason: string; candidates: readonly number[]; likeliest: number | null };
}

interface Round {
  readonly text: string;
  readonly pending: number[];
  readonly refused: Refused[];
}

/** Places what can be placed in this state of the file and writes it. */
function applyRound(run: Run, file: FileIndex, pending: readonly number[], later: boolean): Round {
  const blocks: Block[] = [];
  const refused: Refused[] = [];
  let finalEnd: FinalEnd = null;
  for (const index of pending) {
    const hunk = run.hunks[index]!;
    const found = placeHunk(hunk, file, run.signs, run.work);
    if (found.type === 'applied' && !later) {
      const detail = `Its new lines are there already, from line ${found.at + 1} on.`;
      run.repairs.push({ kind: 'already-applied', file: run.path, hunk: index + 1, detail });
      run.places.push({ file: run.path, hunk: index + 1, line: found.at + 1, rule: 'already-applied' });
      continue;
    }
    if (found.type !== 'placed' || (later && found.rule === 'similarity')) {
      const reason =
        found.type === 'unplaced' ? found : { reason: 'The file has no such lines.', candidates: [], likeliest: null };
      refused.push({ index, refusal: reason });
      continue;
    }
    const own = indentedBlocks(run, file, found, index);
    if (!own) continue;
    blocks.push(...own);
    finalEnd = finalEndOf(found, file) ?? finalEnd;
    noteRepairs(run, hunk, found, index, later);
  }
  const composed = composeBlocks(blocks);
  if (composed.conflict) {
    const { first, second, line } = composed.conflict;
    const reason = `It changes line ${line} in another way than hunk ${first + 1} does.`;
    const refusal = { reason, candidates: [line], likeliest: line - 1 };
    run.rejections.push(rejectionOf(run.path, second + 1, refusal, file));
  }
  for (const index of new Set(composed.repeated)) {
    run.repairs.push({ kind: 'repeated', file: run.path, hunk: index + 1, detail: 'Another hunk says the same.' });
  }
  const text = writeBlocks(file, composed.blocks, finalEnd);
  return { text, pending: refused.map((each) => each.index), refused };
}

/** The blocks of a placed hunk with its added lines in the file's indentation. null after a rejection. */
function indentedBlocks(run: Run, file: FileIndex, placed: Placed, index: number): Block[] | null {
  const { pattern, places } = placed;
  const rule = learnIndent(
    pattern.old.flatMap((line, at) =>
      places[at]! >= 0 && file.keys[places[at]!] === pattern.keys[at]
        ? [{ patch: line, file: file.lines[places[at]!]!, deleted: pattern.deleted[at]! }]
        : [],
    ),
    [...pattern.insertions.values()].flatMap((insertion) => insertion.lines),
    file.indents,
  );
  let unclear: string | null = null;
  const blocks = blocksOf(placed, file, index, (lines) =>
    lines.map((line) => {
      const indented = reindent(line, rule);
      if (indented === null || (run.signs === 'unclear' && !isBlank(line))) unclear ??= line;
      return indented ?? line;
    }),
  );
  if (unclear !== null) {
    const reason = `How far ${JSON.stringify(String(unclear).trim().slice(0, 80))} is to be indented cannot be told from the lines around it.`;
    const start = places.find((place) => place >= 0) ?? 0;
    run.rejections.push(rejectionOf(run.path, index + 1, { reason, candidates: [start + 1], likeliest: start }, file));
    return null;
  }
  if (rule.type === 'map' && pattern.insertions.size > 0) {
    run.repairs.push({ kind: 'reindented', file: run.path, hunk: index + 1, detail: rule.detail });
  }
  return blocks;
}

/** What a hunk that reaches the file's end says about the last line's end. */
function finalEndOf(placed: Placed, file: FileIndex): FinalEnd {
  const { pattern, places } = placed;
  const reaches = file.lines.length === 0 || places.includes(file.lines.length - 1);
  if (!reaches) return null;
  const open = file.text.ends.at(-1) === '';
  if (pattern.newEndsOpen) return pattern.addedEndsOpen || open ? 'none' : null;
  return pattern.oldEndsOpen ? 'newline' : null;
}

function noteRepairs(run: Run, hunk: Hunk, placed: Placed, index: number, later: boolean): void {
  const note = (kind: string, detail: string): void => {
    run.repairs.push({ kind, file: run.path, hunk: index + 1, detail });
  };
  const { pattern, places, rule } = placed;
  const start = (places.find((place) => place >= 0) ?? 0) + 1;
  run.places.push({ file: run.path, hunk: index + 1, line: start, rule });
  if (hunk.oldStart === null) note('located', `It names no line; its content is at line ${start}.`);
  else if (hunk.oldStart !== start && pattern.old.length > 0) {
    note('renumbered', `It names line ${hunk.oldStart}; its content is at line ${start}.`);
  }
  const counts = hunk.oldCount !== null && hunk.newCount !== null;
  if (counts && (hunk.oldCount !== pattern.old.length || hunk.newCount !== pattern.fresh.length)) {
    note(
      'recounted',
      `Its header counts ${hunk.oldCount} and ${hunk.newCount} lines, it has ${pattern.old.length} and ${pattern.fresh.length}.`,
    );
  }
  if (rule === 'blanks') note('whitespace', 'Its old lines differ from the file in blanks or typographic punctuation.');
  if (placed.misquoted > 0) note('misquoted', `${placed.misquoted} of its context lines are otherwise in the file.`);
  if (pattern.gaps.some(Boolean)) note('elision', 'It leaves out lines of context, which the file supplies.');
  if (placed.cut) note('prose', 'Text after it was taken for prose.');
  if (later) note('sequential', 'It builds on what another hunk of this patch wrote.');
}
