import { createHash, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { EngineError } from '../domain/engine-error.ts';
import { type ArchiveManifest, archiveFiles, manifestSchema, sealOf } from './archive.ts';
import { type ArchivedRun, archivedRunSchema, doubtOfRun } from './archive-run.ts';
import { fromAtif } from './formats/atif.ts';
import { scoreOf } from './score.ts';

export interface VerifyRule {
  /** The user's own; an archive with another seal was made elsewhere, or altered. */
  readonly key: Buffer;
  /** Takes one with another seal, as long as everything in it fits together. */
  readonly foreign: boolean;
}

/**
 * Reads all of an archive and believes nothing: checksums, counts, the seal, every line by its schema, and that what
 * was made of the runs fits them. Throws `archive/refused`.
 */
export async function verifyArchive(folder: string, rule: VerifyRule): Promise<ArchiveManifest> {
  const refuse = (detail: string): never => {
    throw new EngineError({ code: 'archive/refused', archive: folder, detail });
  };
  const manifest = await readManifest(folder, refuse);
  const seal = Buffer.from(sealOf(manifest, rule.key), 'hex');
  if (!rule.foreign && !timingSafeEqual(seal, Buffer.from(manifest.seal, 'hex'))) {
    refuse('it was not sealed by you here; one that was made elsewhere takes --trust-archive');
  }
  const names = await readdir(folder);
  const known: readonly string[] = [...archiveFiles, 'manifest.json'];
  const stray = names.find((name) => !known.includes(name));
  if (stray !== undefined) refuse(`it holds ${stray}, which belongs to no archive`);
  for (const name of archiveFiles) {
    const stated = manifest.files.filter(({ file }) => file === name);
    const found = await checksumOf(path.join(folder, name));
    if (stated.length !== 1 || found === null) return refuse(`${name} is missing`);
    if (found.bytes !== stated[0]?.bytes || found.sha256 !== stated[0].sha256) refuse(`${name} was cut off or altered`);
  }
  const replies = await verifyRuns(folder, manifest, refuse);
  await verifyTrajectories(folder, replies, refuse);
  return manifest;
}

type Refuse = (detail: string) => never;

async function readManifest(folder: string, refuse: Refuse): Promise<ArchiveManifest> {
  const text = await readFile(path.join(folder, 'manifest.json'), 'utf8').catch(() => refuse('it has no manifest'));
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    return refuse('its manifest cannot be read');
  }
}

async function checksumOf(file: string): Promise<{ readonly bytes: number; readonly sha256: string } | null> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    await pipeline(createReadStream(file), async (parts) => {
      for await (const part of parts as AsyncIterable<Buffer>) {
        hash.update(part);
        bytes += part.length;
      }
    });
  } catch {
    return null;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Replies of all calls, by a hash of each: what trajectories may quote. */
async function verifyRuns(folder: string, { window }: ArchiveManifest, refuse: Refuse): Promise<Map<string, string>> {
  const replies = new Map<string, string>();
  const seen = new Set<string>();
  for await (const value of linesOf(folder, 'runs.jsonl', refuse)) {
    const read = archivedRunSchema.safeParse(value);
    if (!read.success) return refuse(`a run of it cannot be read: ${read.error.issues[0]?.path.join('.')}`);
    const doubt = doubtOfRun(read.data);
    if (doubt !== null) refuse(doubt);
    const startedAt = read.data.events[0]?.at ?? '';
    if (startedAt < window.start || startedAt >= window.end) refuse(`run ${read.data.run} is not of its hour`);
    if (seen.has(read.data.run)) refuse(`run ${read.data.run} is there twice`);
    seen.add(read.data.run);
    for (const { callId, reply } of read.data.calls) replies.set(callId, hashOf(reply ?? ''));
  }
  return replies;
}

async function verifyTrajectories(folder: string, replies: ReadonlyMap<string, string>, refuse: Refuse): Promise<void> {
  const scores = linesOf(folder, 'scores.jsonl', refuse)[Symbol.asyncIterator]();
  const ids: string[] = [];
  for await (const document of linesOf(folder, 'trajectories.jsonl', refuse)) {
    const read = fromAtif(document);
    if (!read.ok) return refuse(`a trajectory of it cannot be read: ${read.fault}`);
    const trajectory = read.value;
    const foreign = trajectory.steps.find(({ callId, reply }) => replies.get(callId) !== hashOf(reply));
    if (foreign) refuse(`trajectory ${trajectory.id} says something else than its run`);
    const { value: stated } = await scores.next();
    if (JSON.stringify(stated) !== JSON.stringify({ id: trajectory.id, ...scoreOf(trajectory) })) {
      refuse(`the score of trajectory ${trajectory.id} is not its own`);
    }
    ids.push(trajectory.id);
  }
  if (!(await scores.next()).done) refuse('it has scores of trajectories that are not there');
  const grouped: unknown[] = [];
  for await (const row of linesOf(folder, 'groups.jsonl', refuse)) {
    grouped.push(...((row as { readonly trajectories?: readonly unknown[] }).trajectories ?? []));
  }
  if (JSON.stringify(grouped) !== JSON.stringify(ids)) refuse('its groups do not hold its trajectories');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function* linesOf(folder: string, file: string, refuse: Refuse): AsyncGenerator<unknown> {
  const stream = createReadStream(path.join(folder, file), { encoding: 'utf8' });
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      yield JSON.parse(line);
    }
  } catch (error) {
    if (error instanceof EngineError) throw error;
    refuse(`${file} cannot be read`);
  } finally {
    stream.destroy();
  }
}

/** Runs of an archive that was verified, one at a time. Throws `archive/refused` where it changed since. */
export async function* readArchivedRuns(folder: string): AsyncGenerator<ArchivedRun> {
  const refuse = (detail: string): never => {
    throw new EngineError({ code: 'archive/refused', archive: folder, detail });
  };
  for await (const value of linesOf(folder, 'runs.jsonl', refuse)) yield archivedRunSchema.parse(value);
}
