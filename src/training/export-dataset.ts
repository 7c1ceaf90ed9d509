import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { datasetCard } from './dataset-card.ts';
import { createRowWriter, type RowWriter, type WrittenFile } from './dataset-files.ts';
import type { ExportFormat } from './formats/format.ts';
import type { LeftOut } from './left-out.ts';
import { pairsOf } from './pairs.ts';
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
  /** Counts on from what was left out before. */
  readonly leftOut: LeftOut;
  readonly signal: AbortSignal;
}

/** `manifest.json` of a dataset: enough to check it and to make it again. */
export interface DatasetManifest {
  readonly format: 'countersign-dataset-1';
  readonly seed: string;
  readonly heldOut: number;
  readonly heldOutFrom: string | null;
  readonly trajectories: number;
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
  const writers = openWriters(folder, formats);
  let trajectories = 0;
  try {
    for await (const group of groups) {
      signal.throwIfAborted();
      const distinct = withoutCopies(
        group.map((each) => scrubbed(each, request.scrub)),
        leftOut,
      );
      trajectories += distinct.length;
      for (const side of sides) {
        // A pair of runs from both sides would teach what is to be tested.
        const half = distinct.filter(({ runId, startedAt }) => splitOf(runId, startedAt, split) === side);
        for (const format of formats) await writeGroup(writers.get(keyOf(format, side)), format, half, leftOut);
      }
    }
  } finally {
    // Closed also where a row failed: an open file would keep the process alive.
    await Promise.allSettled([...writers.values()].map((writer) => writer.close()));
  }
  return finish(request, writers, trajectories);
}

function openWriters(folder: string, formats: readonly ExportFormat[]): ReadonlyMap<string, ClosedOnce> {
  return new Map(
    formats.flatMap((format) =>
      sides.map((side) => [keyOf(format, side), closedOnce(createRowWriter(folder, `${keyOf(format, side)}.jsonl`))]),
    ),
  );
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
  { folder, split, leftOut }: ExportRequest,
  writers: ReadonlyMap<string, RowWriter>,
  trajectories: number,
): Promise<DatasetManifest> {
  const files = await Promise.all([...writers.values()].map((writer) => writer.close()));
  const manifest: DatasetManifest = {
    format: 'countersign-dataset-1',
    seed: split.seed,
    heldOut: split.heldOut,
    heldOutFrom: split.from,
    trajectories,
    files,
    leftOut: leftOut.list(),
  };
  await writeFile(path.join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, { flag: 'wx' });
  await writeFile(path.join(folder, 'README.md'), datasetCard(manifest), { flag: 'wx' });
  return manifest;
}

async function writeGroup(
  writer: RowWriter | undefined,
  format: ExportFormat,
  group: readonly Trajectory[],
  leftOut: LeftOut,
): Promise<void> {
  for (const row of rowsOf(format, group, leftOut)) await writer?.write(row);
}

function rowsOf(format: ExportFormat, group: readonly Trajectory[], leftOut: LeftOut): readonly unknown[] {
  if (group.length === 0) return [];
  switch (format.unit) {
    case 'pair':
      return pairsOf(group).map((pair) => format.row(pair));
    case 'group':
      return [format.row(group)].filter((row) => row !== null);
    case 'trajectory':
      return group.filter((each) => isTaken(format, each, leftOut)).map((each) => format.row(each));
  }
}

function isTaken(format: ExportFormat, trajectory: Trajectory, leftOut: LeftOut): boolean {
  if (!format.provenOnly) return true;
  const [doubt] = doubtsOf(trajectory);
  if (doubt === undefined) return true;
  leftOut.count(`${format.name}: ${doubt}`);
  return false;
}

/** The same reply to the same prompt teaches nothing twice. Copies share their phase spec, so they meet in one group. */
function withoutCopies(group: readonly Trajectory[], leftOut: LeftOut): readonly Trajectory[] {
  const seen = new Set<string>();
  return group.filter((trajectory) => {
    const key = JSON.stringify([promptOf(trajectory), responseOf(trajectory)]);
    if (seen.has(key)) leftOut.count('the same reply to the same prompt again');
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

function scrubbed(trajectory: Trajectory, scrub: (text: string) => string): Trajectory {
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
