/** From the ledger to a dataset: what `train prepare` does, put together for both faces. */
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Workspace } from '../../compose.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { type DatasetManifest, exportDataset } from '../../training/export-dataset.ts';
import type { ExportFormat } from '../../training/formats/format.ts';
import { exportFormats, formatNamed } from '../../training/formats/registry.ts';
import { createLeftOut } from '../../training/left-out.ts';
import { pairsOf } from '../../training/pairs.ts';
import { createFormer, type ProfileRunner } from '../../training/profiles/apply.ts';
import { highScore, isProven, scoreOf } from '../../training/score.ts';
import type { SplitRule } from '../../training/split.ts';
import type { Judged, Trajectory } from '../../training/trajectory.ts';
import { type JudgeOutcome, type JudgeRequest, judgeTraining } from './judge-training.ts';
import { defaultSurvivalDays, survivalOfLandings } from './landing-survival.ts';
import { licenceOf, newestOf, readTrajectoryGroups, type SourceRule } from './training-source.ts';

export interface PrepareRequest {
  /** Where the dataset is to stand; nothing may be there yet. */
  readonly folder: string;
  /** Names of formats; all where none is named. */
  readonly formats: readonly string[];
  readonly split: SplitRule;
  readonly since?: string;
  readonly until?: string;
  readonly recorded: boolean;
  /** The newest so many trajectories; all unless given. */
  readonly size?: number;
  /** SPDX licences that may go in; those of the configuration unless given. */
  readonly licences?: readonly string[];
  /** Nothing is judged unless given. */
  readonly judge?: JudgeRequest;
  /** Days after which most lines of a landing must still be there; 30 unless given, 0 looks at none. */
  readonly survivalDays?: number;
  /** Replies stay as they came unless given. Closed by who opened it. */
  readonly profile?: ProfileRunner;
  /** A Parquet file beside each JSONL file. */
  readonly parquet?: boolean;
}

/** What each step of the pipeline came to. */
export interface Prepared {
  readonly collected: number;
  readonly proven: number;
  /** Trajectories that scored as good. */
  readonly good: number;
  /** Phase specs with more than one attempt. */
  readonly groups: number;
  readonly pairs: number;
  /** Null where nothing was to be judged. */
  readonly judge: JudgeOutcome | null;
  readonly manifest: DatasetManifest;
  readonly folder: string;
}

type Parts = Pick<Workspace, 'ledger' | 'repository' | 'config' | 'engine' | 'models'>;

/**
 * Collects, scores, judges where that is asked for, pairs and exports. The dataset is made aside and put in its place
 * whole: one that was cut off leaves nothing behind but what a judge has answered. Throws `arguments/invalid` for an
 * unknown format or a folder that is taken, what a metered model throws, and `profile/failed`.
 */
export async function prepareTraining(parts: Parts, request: PrepareRequest, signal: AbortSignal): Promise<Prepared> {
  const formats = formatsNamed(request.formats);
  await assertFree(request.folder);
  const rule = await sourceRule(parts, request, signal);
  const parent = path.dirname(request.folder);
  await mkdir(parent, { recursive: true });
  const scratch = await mkdtemp(path.join(parent, '.countersign-dataset-'));
  try {
    const leftOut = createLeftOut();
    const judging = request.judge && {
      ...(await judgeTraining(parts, readTrajectoryGroups(parts, rule, createLeftOut()), request.judge, {
        folder: scratch,
        leftOut,
        signal,
      })),
    };
    const counted = countedGroups(readTrajectoryGroups(parts, rule, leftOut), judging?.judged ?? new Map());
    const { profile } = request;
    const manifest = await exportDataset({
      groups: counted.groups,
      formats,
      folder: scratch,
      split: request.split,
      scrub: (text) => parts.ledger.redact(text),
      ...(profile ? { form: createFormer(profile, request.split.seed, leftOut) } : {}),
      parquet: request.parquet ?? false,
      origin: {
        licence: rule.licence,
        licences: rule.licences,
        profile: profile?.facts ?? null,
        judge: judging ? { kind: judging.outcome.kind, model: judging.outcome.model } : null,
        survivalDays: survivalDaysOf(request),
      },
      leftOut,
      signal,
    });
    await rename(scratch, request.folder);
    return { ...counted.counts, judge: judging?.outcome ?? null, manifest, folder: request.folder };
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
}

async function sourceRule(parts: Parts, request: PrepareRequest, signal: AbortSignal): Promise<SourceRule> {
  const { since, until, recorded, size } = request;
  const days = survivalDaysOf(request);
  const rule: SourceRule = {
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    recorded,
    licence: await licenceOf(parts),
    licences: request.licences ?? parts.config.config.training.licences,
    ...(days === null ? {} : { survival: await survivalOfLandings(parts, days, new Date(), signal) }),
  };
  if (size === undefined) return rule;
  return { ...rule, chosen: newestOf(readTrajectoryGroups(parts, rule, createLeftOut()), size) };
}

function survivalDaysOf({ survivalDays = defaultSurvivalDays }: PrepareRequest): number | null {
  return survivalDays === 0 ? null : survivalDays;
}

interface Counted {
  readonly groups: AsyncIterable<readonly Trajectory[]>;
  readonly counts: { collected: number; proven: number; good: number; groups: number; pairs: number };
}

/** The groups with what judges made of them, counted as they pass. */
function countedGroups(groups: Iterable<readonly Trajectory[]>, judged: ReadonlyMap<string, Judged>): Counted {
  const counts = { collected: 0, proven: 0, good: 0, groups: 0, pairs: 0 };
  async function* pass(): AsyncGenerator<readonly Trajectory[]> {
    for (const plain of groups) {
      const group = plain.map((trajectory) => {
        const given = judged.get(trajectory.id);
        return given ? { ...trajectory, judged: given } : trajectory;
      });
      counts.collected += group.length;
      counts.proven += group.filter(isProven).length;
      counts.good += group.filter((trajectory) => scoreOf(trajectory).total >= highScore).length;
      counts.groups += Number(group.length > 1);
      counts.pairs += pairsOf(group).length;
      yield group;
    }
  }
  return { groups: pass(), counts };
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
