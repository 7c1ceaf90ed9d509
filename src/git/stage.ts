import type { Fault } from '../domain/fault.ts';
import type { FileMode, Patch } from '../domain/patch.ts';
import type { Staged } from '../domain/proposal.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { StageRequest } from '../engine/ports/repository.ts';
import type { AttemptScope } from '../engine/ports/run.ts';
import { applyPatch } from '../patch/apply-patch.ts';
import type { FileView } from '../patch/file-view.ts';
import { formatPatch } from '../patch/format-patch.ts';
import { neededPaths } from '../patch/needed-paths.ts';
import type { PatchSet } from '../patch/patch-set.ts';
import { statsOf } from '../patch/patch-stats.ts';
import { readPatch } from '../patch/read-patch.ts';
import { outOfScope } from '../patch/scope.ts';
import { selectHunks } from '../patch/select-hunks.ts';
import { type Context, newId, type TreeEntry } from './context.ts';
import { type Importer, openImporter } from './import-commit.ts';
import { type ObjectReader, openObjectReader } from './read-objects.ts';
import { isRegular, listTree, textOf } from './source-tree.ts';

const largestSource = 8 * 1024 * 1024;
const pointer = 'version https://git-lfs.github.com/spec/v1\n';

/** Reads a reply in any envelope and makes a private commit of it; nothing of the user's is touched. */
export async function stage(context: Context, request: StageRequest): Promise<Result<Staged>> {
  const { scope, spec, reply, base } = request;
  // A reply that was cut off never gets here: what ends in the middle of a line was meant to.
  const read = readPatch(reply, { complete: true });
  if (!read.ok) return read;
  return stagePatch(context, scope, base, read.value, (patch) => {
    const files = outOfScope(touchedPaths(patch), spec.scope);
    return files.length > 0 ? { code: 'patch/out-of-scope', files } : null;
  });
}

/** The same change on another base. What was mended and flagged the first time stays known. */
export async function restage(
  context: Context,
  scope: AttemptScope,
  staged: Staged,
  base: string,
): Promise<Result<Staged>> {
  const read = readPatch(staged.patch);
  if (!read.ok) return read;
  const again = await stagePatch(context, scope, base, read.value);
  return again.ok ? ok({ ...again.value, repairs: [...staged.repairs, ...again.value.repairs] }) : again;
}

/** Only these hunks of a staged change, on the same base. */
export async function stagePart(
  context: Context,
  scope: AttemptScope,
  staged: Staged,
  hunks: ReadonlyMap<string, readonly number[]>,
): Promise<Result<Staged>> {
  const read = readPatch(staged.patch);
  if (!read.ok) return read;
  const part = selectHunks(read.value, hunks);
  if (!part.ok) return part;
  const committed = await stagePatch(context, scope, staged.base, part.value);
  return committed.ok ? ok({ ...committed.value, repairs: staged.repairs }) : committed;
}

/** A staged change with a person's texts for some of its files, on the same base; null leaves a file's change out. */
export async function stageTexts(
  context: Context,
  scope: AttemptScope,
  staged: Staged,
  texts: ReadonlyMap<string, string | null>,
): Promise<Result<Staged>> {
  const whole = readPatch(staged.patch);
  if (!whole.ok) return whole;
  const changed = await changedTexts(context, staged, whole.value, texts);
  if (!changed.ok) return changed;
  if (changed.value === '') return fail({ code: 'patch/changes-nothing' });
  const read = readPatch(changed.value, { complete: true });
  if (!read.ok) return read;
  const committed = await stagePatch(context, scope, staged.base, read.value);
  return committed.ok ? ok({ ...committed.value, repairs: staged.repairs }) : committed;
}

/** The canonical patch with those texts in it; empty where nothing is left. */
async function changedTexts(
  context: Context,
  { base }: Staged,
  patchSet: PatchSet,
  texts: ReadonlyMap<string, string | null>,
): Promise<Result<string>> {
  const reader = openObjectReader(context.git);
  try {
    const entries = await listTree(context, base);
    const view = await loadView(reader, entries, patchSet);
    if (!view.ok) return view;
    const applied = applyToView(patchSet, view.value, entries);
    if (!applied.ok) return applied;
    const { files } = applied.value;
    const unknown = [...texts.keys()].find((path) => !files.some((file) => file.path === path));
    if (unknown !== undefined) {
      return fail({ code: 'arguments/invalid', problem: `The change does not touch \`${unknown}\`.`, usage: null });
    }
    const kept = files.flatMap((file) => {
      const chosen = texts.get(file.path);
      if (chosen === null) return [];
      const after = chosen ?? file.after;
      const modeBefore =
        file.before === null ? file.mode : (view.value.mode?.(file.renamedFrom ?? file.path) ?? file.mode);
      return [{ ...file, after, modeBefore }];
    });
    return ok(formatPatch(kept));
  } finally {
    reader.close();
  }
}

/** Applies a patch to a base and commits what comes of it. Git's processes start at once, not one after another. */
async function stagePatch(
  context: Context,
  scope: AttemptScope,
  base: string,
  patchSet: PatchSet,
  refusal: (patch: Patch) => Fault | null = () => null,
): Promise<Result<Staged>> {
  const reader = openObjectReader(context.git);
  const importer = openImporter(context);
  try {
    const entries = await listTree(context, base);
    const view = await loadView(reader, entries, patchSet);
    if (!view.ok) return view;
    const applied = applyToView(patchSet, view.value, entries);
    if (!applied.ok) return applied;
    const refused = refusal(applied.value);
    return refused ? fail(refused) : ok(await commitPatch(importer, scope, base, applied.value));
  } finally {
    reader.close();
    await importer.close();
  }
}

function applyToView(patchSet: PatchSet, view: FileView, entries: readonly TreeEntry[]): Result<Patch> {
  const applied = applyPatch(patchSet, view, { allowModeChange: true });
  if (!applied.ok) return applied;
  const { patch } = applied.value;
  const forbidden = forbiddenChange(patch, entries);
  if (forbidden) return fail({ code: 'patch/forbidden', ...forbidden });
  return patch.text === '' ? fail({ code: 'patch/changes-nothing' }) : ok(patch);
}

/** The base as the patch engine sees it, with the files loaded that the patch needs. */
async function loadView(
  reader: ObjectReader,
  entries: readonly TreeEntry[],
  patchSet: PatchSet,
): Promise<Result<FileView>> {
  const files = new Map(entries.filter(isRegular).map((entry) => [entry.path, entry]));
  const paths = new Set(files.keys());
  const needed = neededPaths(patchSet, paths).flatMap((path) => files.get(path) ?? []);
  const links = entries.filter((entry) => entry.mode === '120000');
  const wanted = [...needed, ...links].map((entry) => entry.object);
  const contents = await reader.read(wanted, largestSource);
  for (const entry of needed) {
    if (contents.get(entry.object)?.subarray(0, pointer.length).toString() !== pointer) continue;
    return fail({
      code: 'patch/forbidden',
      file: entry.path,
      detail: 'It is kept in Git LFS; the repository holds a pointer.',
    });
  }
  const texts = new Map(needed.map((entry) => [entry.path, textOf(contents.get(entry.object))]));
  return ok({
    paths,
    read: (path) => texts.get(path) ?? null,
    symlinks: new Map(links.map((entry) => [entry.path, contents.get(entry.object)?.toString('utf8') ?? ''])),
    mode: (path) => (files.get(path)?.mode ?? '100644') as FileMode,
  });
}

/** A new file whose name or folder is taken in the base by something that is no ordinary file or folder. */
function forbiddenChange(patch: Patch, entries: readonly TreeEntry[]) {
  const submodules = new Set(entries.filter((entry) => entry.mode === '160000').map((entry) => entry.path));
  const leaving = new Set(
    patch.files.flatMap((file) => (file.after === null ? [file.path] : (file.renamedFrom ?? []))),
  );
  const files = new Set(entries.map((entry) => entry.path).filter((path) => !leaving.has(path)));
  for (const { path, after } of patch.files) {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const folder = path.slice(0, slash);
      if (submodules.has(folder)) return { file: path, detail: `\`${folder}\` is a submodule.` };
      if (after !== null && files.has(folder)) return { file: path, detail: `\`${folder}\` is a file.` };
    }
    if (submodules.has(path)) return { file: path, detail: 'It is a submodule.' };
  }
  return null;
}

function touchedPaths(patch: Patch): string[] {
  return [...new Set(patch.files.flatMap((file) => (file.renamedFrom ? [file.renamedFrom, file.path] : [file.path])))];
}

async function commitPatch(importer: Importer, scope: AttemptScope, base: string, patch: Patch): Promise<Staged> {
  const message = `Countersign staged ${scope.runId}/${scope.phaseId}, attempt ${scope.attempt}\n`;
  const ref = `${stagedPlace(scope)}-${newId()}`;
  const { commit, tree } = await importer.commit(base, ref, message, patch.files);
  return {
    base,
    commit,
    tree,
    ref,
    patch: patch.text,
    files: statsOf(patch),
    repairs: patch.repairs,
    flags: patch.flags,
  };
}

/** How the refs of an attempt's staged changes begin. */
export function stagedPlace({ runId, phaseId, attempt }: AttemptScope): string {
  return `refs/countersign/staged/${refName(runId)}/${refName(phaseId)}/${attempt}`;
}

/** A part of a ref name: what git would not take there is replaced. */
export function refName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 100) || '_';
}
