/** The patch engine on a plain directory, with or without git: what `countersign patch` is made of. */
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '../domain/engine-error.ts';
import type { FileStat, Patch } from '../domain/patch.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { applyPatch } from '../patch/apply-patch.ts';
import { answerBatchCase, type BatchAnswer, batchCaseSchema, batchLines, formatAnswer } from '../patch/batch.ts';
import type { FileView } from '../patch/file-view.ts';
import { neededPaths } from '../patch/needed-paths.ts';
import { statsOf } from '../patch/patch-stats.ts';
import { readPatch } from '../patch/read-patch.ts';

/** Folders that no patch is meant for. */
const skipped = new Set(['.git', 'node_modules']);
const fileLimit = 200_000;

/** A patch that fits the directory, with the lines it adds and removes by file. */
export interface FittingPatch {
  readonly patch: Patch;
  readonly files: readonly FileStat[];
}

interface Listing {
  readonly paths: ReadonlySet<string>;
  readonly symlinks: ReadonlyMap<string, string>;
}

/** Applies a reply to the files of a directory in memory; writes nothing. */
export async function applyToDirectory(reply: string, directory: string): Promise<Result<FittingPatch>> {
  const read = readPatch(reply);
  if (!read.ok) return fail(read.fault);
  const { paths, symlinks } = await list(directory);
  const texts = new Map<string, string>();
  for (const name of neededPaths(read.value, paths)) {
    const text = decode(await readFile(path.join(directory, name)));
    if (text !== null) texts.set(name, text);
  }
  const view: FileView = { paths, symlinks, read: (name) => texts.get(name) ?? null };
  const applied = applyPatch(read.value, view);
  if (!applied.ok) return fail(applied.fault);
  const { patch } = applied.value;
  return ok({ patch, files: statsOf(patch) });
}

function decode(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

async function list(directory: string): Promise<Listing> {
  const paths = new Set<string>();
  const symlinks = new Map<string, string>();
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(path.join(directory, folder), { withFileTypes: true })) {
      const name = folder ? `${folder}/${entry.name}` : entry.name;
      if (entry.isSymbolicLink()) symlinks.set(name, await readlink(path.join(directory, name)));
      else if (entry.isFile()) paths.add(name);
      else if (entry.isDirectory() && !skipped.has(entry.name)) folders.push(name);
    }
    if (paths.size > fileLimit) {
      const problem = `${directory} holds over ${fileLimit} files; name a smaller directory with --repo.`;
      throw new EngineError({ code: 'arguments/invalid', problem, usage: null });
    }
  }
  return { paths, symlinks };
}

/**
 * Writes an applied patch. Every new text is on disk before the first file is replaced, and what goes away goes first:
 * a folder may become a file, or a file a folder. Files keep their mode.
 */
export async function writePatch(patch: Patch, directory: string): Promise<void> {
  const draft = await mkdtemp(path.join(directory, '.countersign-'));
  try {
    const built: { readonly from: string; readonly to: string }[] = [];
    for (const { path: name, renamedFrom, after } of patch.files) {
      if (after === null) continue;
      const from = path.join(draft, String(built.length));
      await writeFile(from, after, { flag: 'wx' });
      const old = await stat(path.join(directory, renamedFrom ?? name)).catch(() => null);
      if (old?.isFile()) await chmod(from, old.mode & 0o777);
      built.push({ from, to: path.join(directory, name) });
    }
    for (const { path: name, renamedFrom, after } of patch.files) {
      const leaving = after === null ? name : renamedFrom;
      if (leaving !== null) await removeFile(directory, leaving);
    }
    for (const { from, to } of built) {
      await mkdir(path.dirname(to), { recursive: true });
      await rename(from, to);
    }
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Removes a file, and the folders above it that are empty then. */
async function removeFile(directory: string, name: string): Promise<void> {
  await rm(path.join(directory, name));
  for (let folder = path.dirname(name); folder !== '.'; folder = path.dirname(folder)) {
    const gone = await rmdir(path.join(directory, folder)).then(
      () => true,
      () => false,
    );
    if (!gone) return;
  }
}

/** Answers the lines of `patch batch`, one for each. */
export async function* answerBatch(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of batchLines(chunks)) yield formatAnswer(answerBatchLine(line));
}

/** A line that is no case is answered as refused, with what is wrong. */
function answerBatchLine(line: string): BatchAnswer {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { id: '', ok: false, error: 'The line is no JSON.' };
  }
  const read = batchCaseSchema.safeParse(value);
  if (read.success) return answerBatchCase(read.data);
  const issue = read.error.issues[0];
  const id = typeof value === 'object' && value !== null && 'id' in value ? String(value.id) : '';
  return { id, ok: false, error: `${issue?.path.map(String).join('.')}: ${issue?.message}` };
}
