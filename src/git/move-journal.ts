import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Context, stateFolder } from './context.ts';
import { syncFile, syncFolder, writeDurably } from './durable-file.ts';

const fileStateSchema = z.strictObject({ kind: z.enum(['file', 'link']), hash: z.string(), executable: z.boolean() });

const plannedFileSchema = z.strictObject({
  path: z.string(),
  before: fileStateSchema.nullable(),
  after: fileStateSchema.nullable(),
});
/** One path of a move; null stands for "no file". */
export type PlannedFile = z.infer<typeof plannedFileSchema>;

const oid = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
const ref = z.string().regex(/^refs\/[^\s\\~^:?*[]+$/);

const intentSchema = z.strictObject({
  version: z.literal(1),
  id: z.string().regex(/^[0-9A-Za-z-]+$/),
  kind: z.enum(['landing', 'rollback', 'undo', 'merge', 'restore']),
  branch: ref,
  from: oid,
  to: oid,
  /** Refs that are made in the same transaction. */
  kept: z.array(z.strictObject({ ref, from: z.null(), to: oid })),
  root: z.string(),
  gitDirectory: z.string(),
});
/** What is about to happen, written before anything is locked. */
export type Intent = z.infer<typeof intentSchema>;

const locksSchema = z.strictObject({
  /** The git process that holds the ref locks. */
  pid: z.int().positive(),
  started: z.string().nullable(),
  /** By path: device and inode of each lock file as this move's transaction made it. */
  files: z.record(z.string(), z.string()),
});
export type HeldRefLocks = z.infer<typeof locksSchema>;

const planSchema = z.strictObject({
  /** SHA-256 of the index as it was. */
  index: z.string(),
  files: z.array(plannedFileSchema),
  /** Folders that are made for new files, outermost first. */
  folders: z.array(z.string()),
});
export type MovePlan = z.infer<typeof planSchema>;

/** A move as its journal tells it. Parts are null until they were written. */
export interface Journal {
  readonly folder: string;
  readonly intent: Intent;
  readonly locks: HeldRefLocks | null;
  /** Written before the first file is touched. */
  readonly plan: MovePlan | null;
}

const journalFolder = 'moves';

/** The journal's own files: the token of the index lock, the index to be, and what was and will be at each path. */
export const journalFiles = {
  token: (folder: string) => join(folder, 'index-lock'),
  index: (folder: string) => join(folder, 'index'),
  built: (folder: string, path: string) => join(folder, 'after', path),
  builtRoot: (folder: string) => join(folder, 'after'),
  captured: (folder: string, position: number) => join(folder, 'before', String(position)),
};

export async function openJournal(context: Context, intent: Intent): Promise<Journal> {
  const moves = await stateFolder(context, journalFolder);
  const folder = join(moves, intent.id);
  await mkdir(join(folder, 'before'), { recursive: true, mode: 0o700 });
  await mkdir(join(folder, 'after'), { mode: 0o700 });
  await writeFile(journalFiles.token(folder), tokenOf(intent), { mode: 0o600 });
  await syncFile(journalFiles.token(folder));
  await writeDurably(join(folder, 'intent.json'), JSON.stringify(intent));
  await syncFolder(moves);
  return { folder, intent, locks: null, plan: null };
}

/** What the index lock holds while it is this move's: no other file has this content. */
export function tokenOf(intent: Intent): string {
  return `countersign ${intent.id}\n`;
}

export async function writeLocks(journal: Journal, locks: HeldRefLocks): Promise<Journal> {
  await writeDurably(join(journal.folder, 'locks.json'), JSON.stringify(locks));
  return { ...journal, locks };
}

export async function writePlan(journal: Journal, plan: MovePlan): Promise<Journal> {
  await writeDurably(join(journal.folder, 'plan.json'), JSON.stringify(plan));
  return { ...journal, plan };
}

/** The move is over: first it stops being a journal, then its files go. */
export async function closeJournal(journal: Journal): Promise<void> {
  const done = `${journal.folder}.done`;
  await rename(journal.folder, done);
  await rm(done, { recursive: true, force: true });
}

/** Takes a journal that cannot be believed out of the way, and keeps it for a person to look at. */
export async function refuseJournal(folder: string): Promise<string> {
  const aside = `${folder}.refused`;
  await rm(aside, { recursive: true, force: true });
  await rename(folder, aside);
  return aside;
}

export type FoundJournal = { readonly journal: Journal } | { readonly folder: string; readonly problem: string };

/** The journals of moves that did not come to their end, oldest first; what is left of finished ones is removed. */
export async function findJournals(context: Context): Promise<readonly FoundJournal[]> {
  const moves = join(context.stateDirectory, journalFolder);
  const names = (await readdir(moves).catch(() => [])).sort();
  const found: FoundJournal[] = [];
  for (const name of names) {
    const folder = join(moves, name);
    if (name.endsWith('.refused')) continue;
    const isFolder = (await lstat(folder)).isDirectory();
    const started = isFolder && (await lstat(join(folder, 'intent.json')).catch(() => null)) !== null;
    if (name.endsWith('.done') || !started) await rm(folder, { recursive: true, force: true });
    else found.push(await readJournal(folder, name));
  }
  return found;
}

async function readJournal(folder: string, name: string): Promise<FoundJournal> {
  try {
    const intent = intentSchema.parse(await readJson(join(folder, 'intent.json')));
    if (intent.id !== name) return { folder, problem: 'its name is another move’s' };
    const locks = await readJson(join(folder, 'locks.json'));
    const plan = await readJson(join(folder, 'plan.json'));
    return {
      journal: {
        folder,
        intent,
        locks: locks === null ? null : locksSchema.parse(locks),
        plan: plan === null ? null : planSchema.parse(plan),
      },
    };
  } catch {
    return { folder, problem: 'it cannot be read' };
  }
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null ? null : JSON.parse(text);
}
