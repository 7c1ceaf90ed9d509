import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Control, type ControlRequest, controlSchema } from '../domain/control.ts';
import { nameSchema } from '../domain/spec.ts';
import type { ControlInbox } from '../engine/ports/run.ts';
import { ownFolder } from './own-folder.ts';

export interface ControlFilesOptions {
  /** `<git common dir>/countersign`. */
  readonly stateDirectory: string;
  /** How long `send` waits for the request to be taken up. */
  readonly waitMs?: number;
}

const longestReason = 500;
const lookEveryMs = 50;

/**
 * Requests as files: `control/RUN/pause`, `resume`, `stop`, `skip.PHASE`, `retry.PHASE`, each with the reason as its text, so that
 * a script needs no more than `echo`. One that nobody takes up means nothing: it names a run, and a run looks only for
 * what came since it began.
 */
export function openControlFiles({ stateDirectory, waitMs = 10_000 }: ControlFilesOptions): ControlInbox {
  const folderOf = (runId: string) => path.join(stateDirectory, 'control', nameSchema.parse(runId));
  return {
    async take(runId) {
      const folder = folderOf(runId);
      const found = await Promise.all((await namesIn(folder)).map((name) => takeOne(folder, name)));
      const requests = found.filter((request) => request !== null).sort((a, b) => a.atMs - b.atMs);
      return requests.map(({ request }) => request);
    },
    async send(runId, { type, phaseId, reason }) {
      const folder = await ownFolder(stateDirectory, 'control', nameSchema.parse(runId));
      const file = path.join(folder, phaseId === null ? type : `${type}.${nameSchema.parse(phaseId)}`);
      const part = path.join(folder, `.${randomUUID()}`);
      await writeFile(part, reason ?? '', { mode: 0o600 });
      await rename(part, file);
      return takenUp(file, waitMs);
    },
  };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

interface Found {
  readonly request: ControlRequest;
  readonly atMs: number;
}

/** Reads and removes one; null for what is no request, and for one that somebody else took. */
async function takeOne(folder: string, name: string): Promise<Found | null> {
  const named = requestOf(name);
  if (!named) return null;
  const file = path.join(folder, name);
  const taken = path.join(folder, `.${randomUUID()}`);
  try {
    await rename(file, taken);
    const { text, atMs } = await readReason(taken);
    return { request: { ...named, reason: text || null }, atMs };
  } catch {
    return null;
  } finally {
    await rm(taken, { recursive: true, force: true });
  }
}

function requestOf(name: string): { readonly type: Control; readonly phaseId: string | null } | null {
  const [, word, phase] = /^([a-z]+)(?:\.(.+))?$/.exec(name) ?? [];
  const type = controlSchema.safeParse(word);
  const phaseId = phase === undefined ? null : nameSchema.safeParse(phase);
  if (!type.success || phaseId?.success === false) return null;
  return { type: type.data, phaseId: phaseId?.data ?? null };
}

/** A few words on one line; nothing is followed to anywhere else. */
async function readReason(file: string): Promise<{ readonly text: string; readonly atMs: number }> {
  const handle: FileHandle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { mtimeMs } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(longestReason), 0, longestReason, 0);
    const text = buffer.subarray(0, bytesRead).toString('utf8').replace(/\s+/g, ' ').trim();
    return { text, atMs: mtimeMs };
  } finally {
    await handle.close();
  }
}

async function takenUp(file: string, waitMs: number): Promise<boolean> {
  for (const end = Date.now() + waitMs; Date.now() < end; ) {
    const there = await stat(file).catch(() => null);
    if (!there) return true;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  return false;
}
