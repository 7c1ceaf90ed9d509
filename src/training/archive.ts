/**
 * One hour of history in a folder: `runs.jsonl` is all that the ledger holds of its runs, from which they can be put
 * back; `trajectories.jsonl` (ATIF), `groups.jsonl` and `scores.jsonl` are what was made of them; `manifest.json` has
 * their checksums and a seal.
 */
import { createHmac } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { TimeWindow } from '../domain/time-window.ts';
import type { ArchivedRun } from './archive-run.ts';
import { createRowWriter, type RowWriter } from './dataset-files.ts';
import { toAtif } from './formats/atif.ts';
import { scoreOf } from './score.ts';
import type { Trajectory } from './trajectory.ts';

export const archiveFiles = [
  'runs.jsonl',
  'trajectories.jsonl',
  'groups.jsonl',
  'scores.jsonl',
  'metadata.json',
] as const;

export const manifestSchema = z.strictObject({
  format: z.literal('countersign-archive-1'),
  window: z.strictObject({ start: z.iso.datetime(), end: z.iso.datetime() }),
  files: z.array(
    z.strictObject({
      file: z.enum(archiveFiles),
      rows: z.int().nonnegative(),
      bytes: z.int().nonnegative(),
      sha256: z.string(),
    }),
  ),
  /** HMAC-SHA-256 by a key of the user's over everything above. */
  seal: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ArchiveManifest = z.infer<typeof manifestSchema>;

export interface ArchiveContents {
  readonly window: TimeWindow;
  readonly runs: Iterable<ArchivedRun>;
  /** Made of the same runs. */
  readonly groups: Iterable<readonly Trajectory[]>;
  /** Stands in `metadata.json`. */
  readonly about: Readonly<Record<string, string | number>>;
}

/** Writes an archive aside and puts it in its place whole. `folder` must not exist. */
export async function writeArchive(folder: string, contents: ArchiveContents, key: Buffer): Promise<ArchiveManifest> {
  const parent = path.dirname(folder);
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const scratch = await mkdtemp(path.join(parent, '.countersign-archive-'));
  try {
    const files = await writeFiles(scratch, contents);
    const { start, end } = contents.window;
    const head = { format: 'countersign-archive-1' as const, window: { start, end }, files };
    const manifest: ArchiveManifest = { ...head, seal: sealOf(head, key) };
    await writeFile(path.join(scratch, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    await rename(scratch, folder);
    return manifest;
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
}

type ArchivedFile = ArchiveManifest['files'][number];

async function writeFiles(folder: string, { runs, groups, about, window }: ArchiveContents): Promise<ArchivedFile[]> {
  const [runRows, trajectoryRows, groupRows, scoreRows, metadata] = archiveFiles.map((file) =>
    createRowWriter(folder, file),
  ) as [RowWriter, RowWriter, RowWriter, RowWriter, RowWriter];
  for (const run of runs) await runRows.write(run);
  let trajectories = 0;
  for (const group of groups) {
    for (const trajectory of group) {
      await trajectoryRows.write(toAtif(trajectory));
      await scoreRows.write({ id: trajectory.id, ...scoreOf(trajectory) });
      trajectories += 1;
    }
    await groupRows.write(groupRow(group));
  }
  await metadata.write({ ...window, trajectories, ...about });
  const writers = [runRows, trajectoryRows, groupRows, scoreRows, metadata];
  const written = await Promise.all(writers.map((rows) => rows.close()));
  return written.map((file, at) => ({ ...file, file: archiveFiles[at] as ArchivedFile['file'] }));
}

function groupRow(group: readonly Trajectory[]) {
  return { scenario: group[0]?.scenario ?? '', trajectories: group.map(({ id }) => id) };
}

export function sealOf(head: Omit<ArchiveManifest, 'seal'>, key: Buffer): string {
  const { format, window, files } = head;
  const plain = JSON.stringify([
    format,
    window.start,
    window.end,
    files.map(({ file, rows, bytes, sha256 }) => [file, rows, bytes, sha256]),
  ]);
  return createHmac('sha256', key).update(plain).digest('hex');
}
