import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { datasetCard } from './dataset-card.ts';
import { createRowWriter, type RowWriter, type WrittenFile } from './dataset-files.ts';
import type { ExportFormat } from './formats/format.ts';
import type { LeftOut } from './left-out.ts';
import type { FoundLicence } from './licence.ts';
import { pairsOf } from './pairs.ts';
import { columnsOf, createParquetWriter } from './parquet-file.ts';
import type { ProfileFacts } from './profiles/profile.ts';
import { doubtsOf } from './score.ts';
import { type SplitRule, splitOf } from './split.ts';
import { promptOf, responseOf, type Trajectory } from './trajectory.ts';

export interface ExportRequest {
  /** Trajectories by phase spec, one group at a time; groups and what is in them come in the same order each time. */
  readonly groups: AsyncIterable<readonly Trajectory[]>;
  readonly formats: readonly ExportFormat[];
  /** A folder that does not exist yet, or is empty. */
  readonly folder: string;
  readonly split: SplitRule;
  /** Takes out of every text what must not leave the machine. */
  readonly scrub: (text: string) => string;
  /** Gives the final replies of a group their form, and may leave some out. */
  readonly form?: (group: readonly Trajectory[]) => Promise<readonly Trajectory[]>;
  /** A Parquet file beside each JSONL file. */
  readonly parquet?: boolean;
  /** What the manifest says of how the rows came to be. */
  readonly origin: DatasetOrigin;
  /** Counts on from what was left out before. */
  readonly leftOut: LeftOut;
  readonly signal: AbortSignal;
}

/** Where the rows of a dataset are from, and what was asked of them. */
export interface DatasetOrigin {
  /** Of the repository, and where that was read; null where it is not known. */
  readonly licence: FoundLicence | null;
  /** SPDX licences that were let in; empty for any. */
  readonly licences: readonly string[];
  readonly profile: ProfileFacts | null;
  /** Kind and model of the judge; null where nothing was judged. */
  readonly judge: { readonly kind: string; readonly model: string } | null;
  /** Days after which the lines of a landing must still be there; null where nobody looked. */
  readonly survivalDays: number | null;
}

/** `manifest.json` of a dataset: enough to check it and to make it again. */
export interface DatasetManifest {
  readonly format: 'countersign-dataset-1';
  readonly seed: string;
  readonly heldOut: number;
  readonly heldOutFrom: string | null;
  readonly trajectories: number;
  readonly origin: DatasetOrigin;
  readonly files: readonly WrittenFile[];
  readonly leftOut: ReturnType<LeftOut['list']>;
}

const sides = ['train', 'test'] as const;
type Side = (typeof sides)[number];

/**
 * Writes every format at once in one pass, `NAME.train.jsonl` and `NAME.test.jsonl` each, with a manifest and a card.
 * Memory is bounded by the largest group. The same store, seed and formats give the same bytes. Nothing is overwritten.
 */
export async function exportDataset(request: ExportRequest): Promise<DatasetManifest> {
  const { formats, folder, split, groups, leftOut, signal } = request;
  await mkdir(folder, { recursive: true });
  const writers = await openWriters(folder, formats, request.parquet ?? false);
  let trajectories = 0;
  try {
    for await (const group of groups) {
      signal.throwIfAborted();
      const distinct = withoutCopies(
        group.map((each) => scrubbed(each, request.scrub)),
        leftOut,
      );
      const formed = request.form ? await request.form(distinct) : distinct;
      trajectories += formed.length;
      for (const side of sides) {
        // A pair of runs from both sides would teach what is to be tested.
        const half = formed.filter(({ runId, startedAt }) => splitOf(runId, startedAt, split) === side);
        for (const format of formats) await writeGroup(writers.get(keyOf(format, side)) ?? [], format, half, leftOut);
      }
    }
  } finally {
    // Closed also where a row failed: an open file would keep the process alive.
    await Promise.allSettled([...writers.values()].flat().map((writer) => writer.close()));
  }
  return finish(request, writers, trajectories);
}

type Writers = ReadonlyMap<string, readonly ClosedOnce[]>;

async function openWriters(folder: string, formats: readonly ExportFormat[], parquet: boolean): Promise<Writers> {
  const writers = new Map<string, readonly ClosedOnce[]>();
  for (const format of formats) {
    for (const side of sides) {
      const key = keyOf(format, side);
      const rows = createRowWriter(folder, `${key}.jsonl`);
      const table = parquet ? [await createParquetWriter(folder, `${key}.parquet`, columnsOf(format))] : [];
      writers.set(key, [rows, ...table].map(closedOnce));
    }
  }
  return writers;
}

type ClosedOnce = RowWriter;

function closedOnce(writer: RowWriter): ClosedOnce {
  let closed: Promise<WrittenFile> | null = null;
  return {
    write: (row) => writer.write(row),
    close() {
      closed ??= writer.close();
      return closed;
    },
  };
}

function keyOf({ name }: ExportFormat, side: Side): string {
  return `${name}.${side}`;
}

async function finish(
  { folder, split, leftOut, origin }: ExportRequest,
  writers: Writers,
  trajectories: number,
): Promise<DatasetManifest> {
  const files = await Promise.all([...writers.values()].flat().map((writer) => writer.close()));
  const manifest: DatasetManifest = {
    format: 'countersign-dataset-1',
    seed: split.seed,
    heldOut: split.heldOut,
    heldOutFrom: split.from,
    trajectories,
    origin,
    files,
    leftOut: leftOut.list(),
  };
  await writeFile(path.join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, { flag: 'wx' });
  await writeFile(path.join(folder, 'README.md'), datasetCard(manifest), { flag: 'wx' });
  return manifest;
}

async function writeGroup(
  writers: readonly RowWriter[],
  format: ExportFormat,
  group: readonly Trajectory[],
  leftOut: LeftOut,
): Promise<void> {
  for (const row of rowsOf(format, group, leftOut)) for (const writer of writers) await writer.write(row);
}

/** Rows of one group in one format. What could be one and is not is counted. */
export function rowsOf(format: ExportFormat, group: readonly Trajectory[], leftOut: LeftOut): readonly unknown[] {
  if (group.length === 0) return [];
  switch (format.unit) {
    case 'pair':
      return pairsOf(group).map((pair) => format.row(pair));
    case 'group':
      return present([format.row(group)], `${format.name}: the only attempt at its phase spec`, leftOut);
    case 'trajectory': {
      const taken = group.filter((each) => isTaken(format, each, leftOut));
      const rows = taken.map((each) => format.row(each));
      return present(rows, `${format.name}: nothing of it was staged, or a person changed it`, leftOut);
    }
  }
}

function present(rows: readonly unknown[], reason: string, leftOut: LeftOut): readonly unknown[] {
  const found = rows.filter((row) => row !== null);
  if (found.length < rows.length) leftOut.count(reason, rows.length - found.length);
  return found;
}

function isTaken(format: ExportFormat, trajectory: Trajectory, leftOut: LeftOut): boolean {
  if (!format.provenOnly) return true;
  const [doubt] = doubtsOf(trajectory);
  if (doubt === undefined) return true;
  leftOut.count(`${format.name}: ${doubt}`);
  return false;
}

/** The same reply to the same prompt teaches nothing twice. Copies share their phase spec, so they meet in one group. */
export function withoutCopies(group: readonly Trajectory[], leftOut: LeftOut): readonly Trajectory[] {
  const seen = new Set<string>();
  return group.filter((trajectory) => {
    const key = JSON.stringify([promptOf(trajectory), responseOf(trajectory)]);
    if (seen.has(key)) leftOut.count('the same reply to the same prompt again');
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/** A trajectory with every text of it as `scrub` leaves it. */
export function scrubbed(trajectory: Trajectory, scrub: (text: string) => string): Trajectory {
  const [first, ...rest] = trajectory.steps.map((step) => ({
    ...step,
    system: scrub(step.system),
    reply: scrub(step.reply),
    toolCalls: step.toolCalls.map((call) => ({ ...call, arguments: scrub(call.arguments) })),
    messages: step.messages.map((message) => {
      const text = scrub(message.text);
      if (message.role !== 'assistant' || !message.toolCalls) return { ...message, text };
      return {
        ...message,
        text,
        toolCalls: message.toolCalls.map((call) => ({ ...call, arguments: scrub(call.arguments) })),
      };
    }),
  }));
  return first ? { ...trajectory, steps: [first, ...rest] } : trajectory;
}
