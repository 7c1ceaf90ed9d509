/** From the ledger to a dataset: what `train` does, put together for both faces. */
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Workspace } from '../compose.ts';
import { EngineError } from '../domain/engine-error.ts';
import { collect } from '../training/collect.ts';
import { type DatasetManifest, exportDataset } from '../training/export-dataset.ts';
import type { ExportFormat } from '../training/formats/format.ts';
import { exportFormats, formatNamed } from '../training/formats/registry.ts';
import { createLeftOut } from '../training/left-out.ts';
import { pairsOf } from '../training/pairs.ts';
import { defaultReadinessRule, type Readiness, readinessOf, type Stock } from '../training/readiness.ts';
import { isProven } from '../training/score.ts';
import type { SplitRule } from '../training/split.ts';
import type { Trajectory } from '../training/trajectory.ts';

export interface PrepareRequest {
  /** Where the dataset is to stand; nothing may be there yet. */
  readonly folder: string;
  /** Names of formats; all where none is named. */
  readonly formats: readonly string[];
  readonly split: SplitRule;
  readonly since?: string;
  readonly until?: string;
  readonly recorded: boolean;
}

/** What each step of the pipeline came to. */
export interface Prepared {
  readonly collected: number;
  readonly proven: number;
  readonly groups: number;
  readonly pairs: number;
  readonly manifest: DatasetManifest;
  readonly folder: string;
}

/**
 * Collects, scores, pairs and exports. The dataset is made aside and put in its place whole: one that was cut off
 * leaves nothing behind. Throws `arguments/invalid` for an unknown format or a folder that is taken.
 */
export async function prepareTraining(
  { ledger }: Pick<Workspace, 'ledger'>,
  request: PrepareRequest,
  signal: AbortSignal,
): Promise<Prepared> {
  const formats = formatsNamed(request.formats);
  await assertFree(request.folder);
  const leftOut = createLeftOut();
  const counts = { collected: 0, proven: 0, groups: 0, pairs: 0 };
  async function* groups(): AsyncGenerator<readonly Trajectory[]> {
    for (const phases of ledger.trainingGroups(request)) {
      const group = collect(phases, request, leftOut);
      counts.collected += group.length;
      counts.proven += group.filter(isProven).length;
      counts.groups += Number(group.length > 1);
      counts.pairs += pairsOf(group).length;
      if (group.length > 0) yield group;
    }
  }
  const parent = path.dirname(request.folder);
  await mkdir(parent, { recursive: true });
  const scratch = await mkdtemp(path.join(parent, '.countersign-dataset-'));
  try {
    const { split } = request;
    const scrub = (text: string) => ledger.redact(text);
    const manifest = await exportDataset({ groups: groups(), formats, folder: scratch, split, scrub, leftOut, signal });
    await rename(scratch, request.folder);
    return { ...counts, manifest, folder: request.folder };
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
}

function formatsNamed(names: readonly string[]): readonly ExportFormat[] {
  if (names.length === 0) return exportFormats;
  return names.map((name) => exportFormat(name));
}

/** Throws `arguments/invalid` with the names there are. */
export function exportFormat(name: string): ExportFormat {
  const format = formatNamed(name);
  if (format) return format;
  const problem = `There is no format \`${name}\`; there are ${exportFormats.map((each) => each.name).join(', ')}.`;
  throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign train prepare --format trl-sft' });
}

async function assertFree(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (names === null || names.length === 0) return;
  const problem = `${folder} is not empty; nothing was written into it.`;
  throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign train prepare --out NEW-FOLDER' });
}

/** How many of the newest trajectories are looked at for whether they are whole. */
const { newest } = defaultReadinessRule;

/** Whether there is enough to train on, by what the ledger holds. */
export function checkReadiness({ ledger }: Pick<Workspace, 'ledger'>, recorded: boolean, now: Date): Readiness {
  const leftOut = createLeftOut();
  const groupSizes: number[] = [];
  const latest: { readonly at: string; readonly whole: boolean }[] = [];
  let trajectories = 0;
  for (const phases of ledger.trainingGroups({})) {
    const group = collect(phases, { recorded }, leftOut);
    trajectories += group.length;
    groupSizes.push(group.length);
    const whole = new Set(group.map(({ runId, phaseId, attempt }) => `${runId}/${phaseId}/${attempt}`));
    for (const { runId, phaseId, attempts, recorded: isRecorded } of phases) {
      if (isRecorded && !recorded) continue;
      for (const { attempt, startedAt } of attempts) {
        latest.push({ at: startedAt, whole: whole.has(`${runId}/${phaseId}/${attempt}`) });
      }
    }
    latest.sort((a, b) => (a.at < b.at ? 1 : -1)).splice(newest);
  }
  const stock: Stock = { trajectories, groupSizes, newest: latest.map(({ whole }) => whole), lastTrainedAt: null };
  return readinessOf(stock, defaultReadinessRule, now);
}
