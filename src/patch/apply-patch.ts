import type { Fault, Rejection } from '../domain/fault.ts';
import type { FileMode, Patch, Repair } from '../domain/patch.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { applyHunks, type HunkPlace } from './apply-hunks.ts';
import { chooseDialects, decodeHunks, type Spoken } from './dialect.ts';
import { FileIndex, newWork, type Work, WorkSpentError } from './file-index.ts';
import { readMode } from './file-mode.ts';
import type { FileView } from './file-view.ts';
import { flagChanges } from './flag-changes.ts';
import { type FormattedChange, formatPatch } from './format-patch.ts';
import { type FileSection, type Hunk, type HunkLine, limits, type PatchSet } from './patch-set.ts';
import { PathClashes } from './path-clash.ts';
import { forbiddenPath, throughSymlink } from './path-policy.ts';
import { rejectionOf } from './rejection.ts';
import { type PathCertainty, type Resolved, resolveSection, type Target, usesPrefixes } from './resolve-paths.ts';
import { plainTypography } from './typography.ts';
import { createContent, isWholeFile, replaceWhole } from './whole-content.ts';

/** A patch that fits, with where each hunk went. */
export interface Applied {
  readonly patch: Patch;
  readonly places: readonly HunkPlace[];
}

interface ApplyOptions {
  /** The caller wants modes of existing files changed; they are flagged then instead of refused. */
  readonly allowModeChange?: boolean;
}

/**
 * Applies a patch to files in memory: all of it, or nothing. A hunk goes only where it certainly belongs. The result
 * is formatted anew, so that what is reviewed is what git applies. Faults: `patch/does-not-apply` with every hunk that
 * has no certain place, `patch/forbidden`, `patch/changes-nothing`, `patch/already-applied`, `patch/too-large`.
 */
export function applyPatch(patchSet: PatchSet, files: FileView, options: ApplyOptions = {}): Result<Applied> {
  try {
    return applyAll(patchSet, files, options);
  } catch (error) {
    if (error instanceof RefusalError) return fail(error.fault);
    if (error instanceof WorkSpentError) return fail({ code: 'patch/too-large', detail: error.message });
    throw error;
  }
}

class RefusalError extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.code);
    this.fault = fault;
  }
}

function forbidden(file: string, detail: string): RefusalError {
  return new RefusalError({ code: 'patch/forbidden', file, detail });
}

/** All that is said about one file, gathered from every section that names it. */
interface Draft {
  readonly path: string;
  hunks: Hunk[];
  readonly targets: Target[];
  readonly sections: FileSection[];
  /** Each section as text, to tell a repeated one. */
  readonly seen: Set<string>;
  certainty: PathCertainty;
  mode: FileMode | null;
}

interface Run {
  readonly files: FileView;
  readonly options: ApplyOptions;
  readonly work: Work;
  /** Known files that will not stand where they stand. */
  readonly leaving: Set<string>;
  readonly clashes: PathClashes;
  readonly repairs: Repair[];
  readonly rejections: Rejection[];
  readonly places: HunkPlace[];
  readonly changes: FormattedChange[];
  readonly indexes: Map<string, FileIndex | null>;
  /** Files that are already as the patch wants them. */
  readonly done: Set<string>;
}

function applyAll(patchSet: PatchSet, files: FileView, options: ApplyOptions): Result<Applied> {
  const leaving = new Set<string>();
  const run: Run = {
    files,
    options,
    work: newWork(),
    leaving,
    clashes: new PathClashes(files.paths, leaving),
    repairs: [...patchSet.repairs],
    rejections: [],
    places: [],
    changes: [],
    indexes: new Map(),
    done: new Set(),
  };
  const drafts = gather(run, patchSet);
  for (const { path, targets } of drafts) if (targets.every(leavesItsPath)) leaving.add(path);
  decodeDrafts(run, drafts);
  for (const draft of drafts) applyDraft(run, draft);
  checkTargets(run);
  if (run.rejections.length > 0) return fail({ code: 'patch/does-not-apply', rejections: run.rejections });
  if (run.changes.length === 0) {
    const files = [...run.done];
    return fail(files.length > 0 ? { code: 'patch/already-applied', files } : { code: 'patch/changes-nothing' });
  }
  const changes = run.changes.map(({ modeBefore, ...change }) => change);
  const text = formatPatch(run.changes);
  return ok({
    patch: { text, files: changes, repairs: run.repairs, flags: flagChanges(run.changes) },
    places: run.places,
  });
}

/** Finds every section's file, checks what it may touch, and puts together what belongs to one file. */
function gather(run: Run, patchSet: PatchSet): Draft[] {
  const drafts = new Map<string, Draft>();
  const prefixes = usesPrefixes(patchSet.sections);
  for (const section of patchSet.sections) {
    const resolved = resolveSection(section, run.files, prefixes);
    const mode = checkPolicy(run, section, resolved);
    run.repairs.push(...resolved.repairs);
    const { target } = resolved;
    if (!target) {
      const named = resolved.named[0] ?? '';
      run.rejections.push(refusal(named, resolved.problem ?? 'The file it means is not clear.'));
      continue;
    }
    const key = 'from' in target && target.action === 'rename' ? target.from : target.path;
    const draft = drafts.get(key);
    const written = JSON.stringify(section);
    if (draft?.seen.has(written)) {
      run.repairs.push({ kind: 'repeated', file: key, hunk: null, detail: 'The patch says this twice.' });
      continue;
    }
    const certainty = 'certainty' in target ? target.certainty : 'exact';
    if (draft) {
      draft.targets.push(target);
      draft.sections.push(section);
      draft.seen.add(written);
      draft.hunks.push(...section.hunks);
      if (certainty === 'guess') draft.certainty = certainty;
      draft.mode ??= mode;
    } else {
      const seen = new Set([written]);
      drafts.set(key, {
        path: key,
        hunks: [...section.hunks],
        targets: [target],
        sections: [section],
        seen,
        certainty,
        mode,
      });
    }
  }
  return [...drafts.values()];
}

function leavesItsPath({ action }: Target): boolean {
  return action === 'delete' || action === 'rename';
}

/** Undoes what was done to every line of the patch alike, where its old lines and the files prove it. */
function decodeDrafts(run: Run, drafts: readonly Draft[]): void {
  const speak = (): Spoken[] => drafts.map((draft) => ({ hunks: draft.hunks, file: indexOf(run, draft.path) }));
  const apply = (decode: (line: HunkLine) => string): void => {
    for (const draft of drafts) draft.hunks = decodeHunks(draft.hunks, decode);
  };
  const { decode, details, doubt } = chooseDialects(speak());
  if (doubt !== null) run.rejections.push(refusal(drafts[0]?.path ?? '', doubt));
  if (decode) apply(decode);
  const typography = plainTypography(speak());
  if (typography) apply(typography);
  const all = typography ? [...details, 'Typographic characters stood where the files have plain ones.'] : details;
  run.repairs.push(...all.map((detail) => ({ kind: 'decoded', file: '', hunk: null, detail })));
}

/** A known text file's lines, read once. null for a file that is new or no text. */
function indexOf(run: Run, path: string): FileIndex | null {
  const known = run.indexes.get(path);
  if (known !== undefined) return known;
  const text = run.files.paths.has(path) ? run.files.read(path) : null;
  const index = text === null || text.length > limits.fileCharacters ? null : new FileIndex(text);
  run.indexes.set(path, index);
  return index;
}

function refusal(file: string, reason: string): Rejection {
  return rejectionOf(file, null, { reason, candidates: [], likeliest: null }, null);
}

/** What a patch may touch is decided before anything of it is placed. */
function checkPolicy(run: Run, section: FileSection, resolved: Resolved): FileMode | null {
  const { target } = resolved;
  const paths = target ? [...('from' in target ? [target.from] : []), target.path] : resolved.named;
  for (const path of new Set([...paths, ...resolved.named])) {
    const problem = forbiddenPath(path);
    if (problem) throw forbidden(path, problem);
    if (throughSymlink(path, run.files.symlinks)) throw forbidden(path, 'It leads through a symbolic link.');
  }
  const file = paths[0] ?? '';
  const { mode, problem } = readMode(section);
  if (problem) throw forbidden(file, problem);
  if (section.binary) throw forbidden(file, 'Binary files are not patched.');
  return mode;
}

/** One file's draft, by what its sections want of it. Sections that contradict each other are refused. */
function applyDraft(run: Run, draft: Draft): void {
  const actions = new Set(draft.targets.map((target) => target.action));
  const [target] = draft.targets;
  if (!target) return;
  if (actions.size > 1 || (actions.size === 1 && draft.targets.length > 1 && target.action !== 'modify')) {
    run.rejections.push(refusal(draft.path, 'The patch wants different things of this file.'));
    return;
  }
  if (target.action === 'create') createFile(run, draft, target.path);
  else if (target.action === 'delete') deleteFile(run, draft);
  else if (target.action === 'modify') modifyFile(run, draft, target.path, target.path);
  else moveFile(run, draft, target);
}

function createFile(run: Run, draft: Draft, path: string): void {
  const whole = draft.sections[0]?.content ?? null;
  const { content, problem } = whole === null ? createContent(draft.hunks) : replaceWhole(null, whole);
  if (content === null) {
    run.rejections.push(refusal(path, problem));
    return;
  }
  if (run.files.paths.has(path) && run.files.read(path) === content) {
    run.done.add(path);
    run.repairs.push({ kind: 'already-applied', file: path, hunk: null, detail: 'The file exists with this content.' });
    return;
  }
  const clash = run.clashes.problem(path, null);
  if (clash) run.rejections.push(refusal(path, clash));
  else addChange(run, { path, renamedFrom: null, before: null, after: content, mode: draft.mode ?? '100644' });
}

function deleteFile(run: Run, draft: Draft): void {
  const before = readKnown(run, draft.path);
  if (before === null) return;
  if (draft.hunks.length > 0 && !isWholeFile(before, draft.hunks)) {
    run.rejections.push(refusal(draft.path, 'It deletes the file, but the lines it removes are not the whole file.'));
    return;
  }
  addChange(run, { path: draft.path, renamedFrom: null, before, after: null, mode: modeOf(run, draft.path) });
}

function modeOf(run: Run, path: string): FileMode {
  return run.files.mode?.(path) ?? '100644';
}

/** The text of a file that is there; a rejection where it has none. */
function readKnown(run: Run, path: string): string | null {
  const text = run.files.read(path);
  if (text === null) run.rejections.push(refusal(path, 'It is no text file.'));
  else if (text.length > limits.fileCharacters) {
    throw new RefusalError({ code: 'patch/too-large', detail: `\`${path}\` has ${text.length} characters.` });
  } else if (text.includes('\u0000'))
    run.rejections.push(refusal(path, 'It is no text file: it holds NUL characters.'));
  else return text;
  return null;
}

function moveFile(run: Run, draft: Draft, target: Target & { readonly from: string }): void {
  const clash = run.clashes.problem(target.path, target.action === 'rename' ? target.from : null);
  if (clash) run.rejections.push(refusal(target.path, clash));
  else modifyFile(run, draft, target.from, target.path);
}

/** Applies a draft's hunks to what is at `from` and puts the result at `to`. */
function modifyFile(run: Run, draft: Draft, from: string, to: string): void {
  const before = readKnown(run, from);
  if (before === null) return;
  const mode = modeOf(run, from);
  if (draft.mode !== null && draft.mode !== mode && run.options.allowModeChange !== true) {
    throw forbidden(to, `It changes the mode of the file from ${mode} to ${draft.mode}.`);
  }
  const after = contentAfter(run, draft, before, from, to);
  if (after === null) return;
  const copies = draft.targets[0]?.action === 'copy';
  const deleted = after === '' && before !== '' && from === to && emptiesFile(draft);
  addChange(run, {
    path: to,
    renamedFrom: from === to || copies ? null : from,
    before: copies ? null : before,
    after: deleted ? null : after,
    mode: draft.mode ?? mode,
    modeBefore: mode,
  });
}

/** `+0,0` says that nothing is left, not even an empty file. */
function emptiesFile(draft: Draft): boolean {
  if (draft.sections.some((section) => section.gitPaths !== null)) return false;
  return draft.hunks.length === 1 && draft.hunks[0]?.newStart === 0 && draft.hunks[0]?.newCount === 0;
}

function contentAfter(run: Run, draft: Draft, before: string, from: string, path: string): string | null {
  const whole = draft.sections.find((section) => section.content !== null);
  if (whole) {
    const { content, problem } =
      draft.sections.length > 1
        ? { content: null, problem: 'The patch gives the file whole and in parts.' }
        : replaceWhole(before, whole.content ?? '');
    if (content === null) run.rejections.push(refusal(path, problem));
    return content;
  }
  const outcome = applyHunks(path, before, indexOf(run, from) ?? new FileIndex(before), draft.hunks, run.work);
  if (outcome.rejections.length === 0 && draft.certainty === 'guess') {
    const loose = outcome.places.find((place) => place.rule === 'similarity' || place.rule === 'already-applied');
    if (loose) {
      run.rejections.push(
        refusal(path, `The patch names another path, and hunk ${loose.hunk} does not fit this file exactly.`),
      );
      return null;
    }
  }
  run.repairs.push(...outcome.repairs);
  run.rejections.push(...outcome.rejections);
  run.places.push(...outcome.places);
  return outcome.rejections.length > 0 ? null : outcome.after;
}

function addChange(run: Run, change: FormattedChange): void {
  const { before, after } = change;
  if (after?.includes('\u0000')) throw forbidden(change.path, 'It writes NUL characters.');
  const modeBefore = change.modeBefore ?? change.mode;
  if (before === after && change.renamedFrom === null && modeBefore === change.mode) run.done.add(change.path);
  else run.changes.push(change);
}

/** No two changes may end up at the same path, nor one inside another. */
function checkTargets(run: Run): void {
  const results = new Map<string, string>();
  for (const change of run.changes) {
    if (change.after === null) continue;
    const folded = change.path.toLowerCase();
    if (results.has(folded)) run.rejections.push(refusal(change.path, 'Two parts of the patch write this path.'));
    results.set(folded, change.path);
  }
  for (const path of results.keys()) {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const folder = results.get(path.slice(0, slash));
      if (folder) run.rejections.push(refusal(folder, 'The patch writes it as a file and as a folder.'));
    }
  }
}
