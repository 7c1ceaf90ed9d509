import { fail, ok, type Result } from '../domain/result.ts';
import { unwrapCarriage } from './carriage.ts';
import { type Cursor, lineAt } from './cursor.ts';
import { isElision } from './elision.ts';
import {
  beginsFile,
  beginsSearch,
  closesFence,
  codexBegin,
  codexEnd,
  codexFile,
  type Fence,
  isHunkHeader,
  isNewName,
  isOldName,
  readFence,
} from './landmarks.ts';
import { limits, type PatchSet } from './patch-set.ts';
import { readCodexPatch } from './read-codex.ts';
import { readInfoPath, readLabel } from './read-label.ts';
import { readSearchReplace } from './read-search-replace.ts';
import { readHunks, readUnifiedSection } from './read-unified.ts';
import { readWholeFile } from './read-whole-file.ts';
import { emptySection, type Reading, truncated, UnreadableError, unreadable } from './reading.ts';

interface ReadOptions {
  /**
   * The caller knows that the text is whole, from a finish reason or a file. Without it a text whose last line has
   * no end is taken for cut off, unless its last hunk's counts are met.
   */
  readonly complete?: boolean;
}

/**
 * Reads a reply in any of the envelopes models use: git and plain unified diffs, fenced or bare in prose, Codex
 * patches, SEARCH/REPLACE blocks, whole files under their path. Looks at no file: what the text leaves open stays
 * open in the `PatchSet`. Faults: `patch/unreadable`, `patch/truncated`, `patch/too-large`, `builder/no-patch`.
 */
export function readPatch(text: string, options: ReadOptions = {}): Result<PatchSet> {
  if (text.length > limits.patchCharacters) {
    const detail = `It has ${text.length} characters; ${limits.patchCharacters} are allowed.`;
    return fail({ code: 'patch/too-large', detail });
  }
  if (countLines(text) > limits.patchLines) {
    return fail({ code: 'patch/too-large', detail: `It has more than ${limits.patchLines} lines.` });
  }
  try {
    const plain = readText(text, options);
    if (plain.sections.length > 0) return ok(plain);
    for (const { inner, detail } of unwrapCarriage(text)) {
      const unwrapped = readText(inner, options);
      if (unwrapped.sections.length === 0) continue;
      const repair = { kind: 'unwrapped', file: '', hunk: null, detail };
      return ok({ ...unwrapped, repairs: [repair, ...unwrapped.repairs] });
    }
    return fail({ code: 'builder/no-patch', detail: 'The reply holds no patch in any known format.' });
  } catch (error) {
    if (error instanceof UnreadableError) return fail(error.fault);
    throw error;
  }
}

function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at >= 0 && count <= limits.patchLines; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

function readText(text: string, options: ReadOptions): PatchSet {
  const reading = startReading(text);
  const { cursor } = reading;
  let read = 0;
  while (cursor.at < cursor.lines.length) {
    const at = cursor.at;
    readNext(reading);
    if (cursor.at === at) throw new Error(`The patch reader stands still at line ${at + 1}.`);
    if (amountRead(reading) === read) continue;
    read = amountRead(reading);
    reading.labelAtSection = reading.label;
    if (reading.sections.length > limits.files) {
      throw new UnreadableError({ code: 'patch/too-large', detail: `It has more than ${limits.files} files.` });
    }
    reading.readUntil = cursor.at;
    if (!options.complete) checkLastHunk(reading);
  }
  if (read > 0) checkRemains(reading, options);
  return { sections: reading.sections, repairs: reading.repairs };
}

function amountRead(reading: Reading): number {
  return reading.hunkCount + reading.sections.length;
}

function startReading(text: string): Reading {
  const raw = (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text).split('\n');
  const openEnd = raw.at(-1) !== '';
  if (!openEnd) raw.pop();
  const returned = raw.map((line) => line.endsWith('\r'));
  const lines = raw.map((line, at) => (returned[at] ? line.slice(0, -1) : line));
  return {
    cursor: { lines, returned, at: 0, fence: null, openEnd },
    sections: [],
    repairs: [],
    label: null,
    labelLine: -1,
    labelAtSection: null,
    hunkCount: 0,
    readUntil: 0,
    lastCodexEnd: lines.findLastIndex((line) => codexEnd.test(line)),
    readBeforeFence: 0,
  };
}

/** Reads what begins at the cursor: a section, a fence, or a line of prose. */
function readNext(reading: Reading): void {
  const { cursor } = reading;
  const line = lineAt(cursor, cursor.at);
  if (beginsFile(cursor.lines, cursor.at)) readUnifiedSection(reading);
  else if (codexBegin.test(line) || codexFile.test(line)) readCodexPatch(reading);
  else if (beginsSearch(line)) readSearchReplace(reading);
  else if (isHunkHeader(line)) continueSection(reading);
  else readProse(reading, line);
}

function readProse(reading: Reading, line: string): void {
  const { cursor } = reading;
  if (/^\*{15}$/.test(line)) throw unreadable('This is a context diff; only unified diffs are read.');
  if (cursor.fence && closesFence(line, cursor.fence)) {
    cursor.fence = null;
    cursor.at += 1;
    return;
  }
  const opened = cursor.fence ? null : readFence(line);
  if (opened) {
    openFence(reading, opened);
    return;
  }
  checkStray(reading, line);
  const label = readLabel(line);
  if (label !== null) {
    reading.label = label;
    reading.labelLine = cursor.at;
  }
  cursor.at += 1;
}

/** Text between patches is prose. A line of it that can only belong to a patch must not be lost silently. */
function checkStray(reading: Reading, line: string): void {
  const language = reading.cursor.fence?.info.split(/\s/)[0]?.toLowerCase();
  const inPatch = language === 'diff' || language === 'patch';
  if (amountRead(reading) === 0 && !inPatch) return;
  if (/^\+\s*\S/.test(line) && !/^\+\d+\b/.test(line)) {
    throw unreadable(`The line ${JSON.stringify(line.slice(0, 80))} belongs to no hunk.`);
  }
  if (/^-[^\s-]/.test(line) || (inPatch && /^[-+]/.test(line))) {
    throw unreadable(`The line ${JSON.stringify(line.slice(0, 80))} belongs to no hunk.`);
  }
}

/** Hunks that stand apart from their file's header: after prose, or in a fence of their own. */
function continueSection(reading: Reading): void {
  const last = reading.sections.at(-1);
  const sameFile = reading.label === null || reading.label === reading.labelAtSection;
  if (last?.envelope === 'unified' && !last.binary && !last.deleted && sameFile) {
    const hunks = readHunks(reading, false);
    reading.sections[reading.sections.length - 1] = { ...last, hunks: [...last.hunks, ...hunks] };
    return;
  }
  startLabelled(reading);
}

/** A section whose file is named by the line above it alone. */
function startLabelled(reading: Reading): void {
  const { cursor, label } = reading;
  if (label === null) {
    throw unreadable(`The hunk ${JSON.stringify(lineAt(cursor, cursor.at).slice(0, 80))} belongs to no file.`);
  }
  const hunks = readHunks(reading, true);
  reading.repairs.push({ kind: 'header', file: label, hunk: null, detail: 'The file is named above the patch only.' });
  reading.sections.push({ ...emptySection('unified'), oldPath: label, newPath: label, hunks });
}

/** Steps into a fence, or reads it whole where it is one file's new content. */
function openFence(reading: Reading, fence: Fence): void {
  const { cursor } = reading;
  const near = labelAbove(reading);
  cursor.at += 1;
  cursor.fence = fence;
  reading.readBeforeFence = amountRead(reading);
  const language = /^[\w+#-]*/.exec(fence.info)?.[0].toLowerCase() ?? '';
  if (holdsPatch(cursor)) return;
  if (language === 'diff' || language === 'patch' || language === 'udiff') {
    if (near !== null && /^[-+ ]/.test(lineAt(cursor, cursor.at))) startLabelled(reading);
    return;
  }
  const path = readInfoPath(fence.info) ?? near;
  if (path !== null) readWholeFile(reading, path, fence);
}

/** A label counts for a fence when nothing but blank lines stand between. */
function labelAbove(reading: Reading): string | null {
  const { cursor } = reading;
  for (let at = cursor.at - 1; at >= reading.labelLine && at >= 0; at -= 1) {
    if (at === reading.labelLine) return reading.label;
    if (lineAt(cursor, at).trim() !== '') return null;
  }
  return null;
}

/** Whether the fence that was just opened holds a patch, whatever language it claims. */
function holdsPatch(cursor: Cursor): boolean {
  for (let at = cursor.at; at < cursor.lines.length; at += 1) {
    const line = lineAt(cursor, at);
    if (beginsFile(cursor.lines, at) || beginsSearch(line) || codexBegin.test(line)) return true;
    if (codexFile.test(line) || isHunkHeader(line)) return true;
    if (cursor.fence && closesFence(line, cursor.fence)) return false;
  }
  return false;
}

/** A last line without its end is a cut unless the counts of the last hunk say that nothing is missing. */
function checkLastHunk(reading: Reading): void {
  const { cursor } = reading;
  if (!cursor.openEnd || cursor.fence || cursor.at < cursor.lines.length) return;
  const last = reading.sections.at(-1);
  if (last?.envelope !== 'unified') return;
  const hunk = last.hunks.at(-1);
  const lines = hunk?.lines ?? [];
  const oldLines = lines.filter((line) => line.sign !== '+').length;
  const newLines = lines.filter((line) => line.sign !== '-').length;
  if (!hunk || hunk.oldCount !== oldLines || hunk.newCount !== newLines) {
    throw truncated('The text ends in the middle of a line, and the last hunk is not complete.');
  }
}

/**
 * A last hunk was cut when it changes nothing, or lacks counted lines where it ends in a change, or lacks more on one
 * side than on the other, which cannot be context alone. Other hunks may lack context that was left out.
 */
function checkCounts(reading: Reading): void {
  const section = reading.sections.at(-1);
  const hunk = section?.hunks.at(-1);
  if (section?.envelope !== 'unified' || !hunk) return;
  const { lines, oldCount, newCount } = hunk;
  const oldLines = lines.filter((line) => line.sign !== '+').length;
  const newLines = lines.filter((line) => line.sign !== '-').length;
  const changes = lines.some((line) => line.sign === '+' || line.sign === '-');
  if (!changes && (oldCount !== oldLines || newCount !== newLines)) throw truncated('The last hunk changes nothing.');
  if (oldCount === null || newCount === null || oldCount > 100_000) return;
  if (lines.some((line) => line.sign !== '+' && isElision(line.text))) return;
  const oldLacks = oldCount - oldLines;
  const newLacks = newCount - newLines;
  const sign = lines.findLast((line) => line.text.trim() !== '')?.sign;
  const endsInChange = sign === '+' || sign === '-';
  const both = oldLacks > 0 && newLacks > 0;
  if ((both && (oldLacks !== newLacks || endsInChange)) || (oldLacks === 0 && newLacks > 0 && sign === '+')) {
    throw truncated(`The last hunk lacks ${oldLacks} old and ${newLacks} new lines that its header counts.`);
  }
}

/** What the text ends with when it was cut: an open fence, or the first part of a header. */
function checkRemains(reading: Reading, options: ReadOptions): void {
  const { cursor } = reading;
  if (cursor.fence && amountRead(reading) > reading.readBeforeFence) {
    throw truncated('The fence around the patch is never closed.');
  }
  checkCounts(reading);
  let last = cursor.lines.length - 1;
  while (last >= 0 && lineAt(cursor, last).trim() === '') last -= 1;
  if (last < reading.readUntil) return;
  const line = lineAt(cursor, last);
  if (isOldName(line) || isNewName(line)) throw truncated(`The patch ends with ${JSON.stringify(line)}.`);
  if (options.complete || !cursor.openEnd) return;
  if (/^(?:d|di|dif|diff\b.*|-{1,3}(?: .*)?|\+{1,3}(?: .*)?|index\b.*|<{1,7}|\*{1,3}(?: [BEUAD]\w*)?)$/.test(line)) {
    throw truncated(`The patch ends with ${JSON.stringify(line)}.`);
  }
}
