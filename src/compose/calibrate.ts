/** Measures the panel on this repository: faults seeded into recently changed code, with clean changes among them. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { type CalibrationCase, calibrationCases, mixCases } from '../auditor/calibration/cases.ts';
import { type CaseResult, resultOf, scoreOf } from '../auditor/calibration/score.ts';
import type { Workspace } from '../compose.ts';
import { reviewerNames } from '../config/reviewer-files.ts';
import type { Calibration } from '../domain/calibration.ts';
import type { CheckReport } from '../domain/checks.ts';
import { EngineError } from '../domain/engine-error.ts';
import { leastSure } from '../domain/money.ts';
import type { Staged } from '../domain/proposal.ts';
import { type PhaseSpec, phaseSpecSchema } from '../domain/spec.ts';
import type { JobContext } from '../engine/job.ts';
import { panelModels } from '../engine/panel-models.ts';
import { formatPatch } from '../patch/format-patch.ts';
import { matching } from '../patch/scope.ts';

export interface CalibrationOptions {
  /** Seeded faults; half as many clean changes go among them. */
  readonly faults: number;
  readonly seed: number;
  readonly panel: readonly string[] | null;
  /** Commands that the repository's tests are run by: a fault that they find already is no case. */
  readonly verify: readonly string[];
  /** Most it may cost, in US dollars; null leaves it to the configuration. */
  readonly usd: number | null;
}

export interface CalibrationReport {
  readonly calibrations: readonly Calibration[];
  readonly results: readonly CaseResult[];
  /** Cases of an earlier, cut-off calibration that were not asked again. */
  readonly resumed: number;
  /** Seeded faults that the tests found already. */
  readonly killed: number;
  /** Cases that are still to be asked, since the budget is spent. */
  readonly left: number;
  readonly live: boolean;
  readonly runId: string;
}

/** Everyone who can be measured here: the built-in reviewers, and those of the workspace that were approved. */
export function measurableReviewers({ reviewers }: Workspace): readonly string[] {
  return reviewerNames(reviewers);
}

/** Commits whose files count as recently changed. */
const recentCommits = 50;
const mostFiles = 200;

const texts = z.array(z.string()).readonly();
const keptSchema = z.object({
  killed: z.array(z.string()),
  results: z.array(
    z.object({ id: z.string(), operator: z.string(), faulty: z.boolean(), asked: texts, found: texts, blamed: texts }),
  ),
  runs: z.array(z.string()),
});
type Kept = z.infer<typeof keptSchema>;

/**
 * Goes on where an earlier calibration of the same commit, seed and panel was cut off. Throws `model/not-configured`,
 * and `arguments/invalid` where nothing can be seeded.
 */
export async function calibrate(
  workspace: Workspace,
  options: CalibrationOptions,
  onCase: (done: number, of: number) => void,
  signal: AbortSignal,
): Promise<CalibrationReport> {
  const { repository, engine, ledger, config } = workspace;
  const head = (await repository.head()).commit;
  const cases = calibrationCases({
    files: await recentFiles(workspace, head),
    isTest: matching(config.config.checks.tests),
    seed: options.seed,
  });
  const chosen = mixCases(cases, options.faults);
  if (chosen.length === 0) {
    const problem = 'Nothing that changed lately offers a place for a fault.';
    throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign eval auditor' });
  }
  const spec = specOf(options);
  const progress = await openProgress(workspace, head, options);
  const resumed = progress.kept.results.length;
  const live = !workspace.models.for('auditor').recorded;
  const runId = await engine.job({ name: spec.id, goal: 'Calibrate the auditors' }, 'auditor', async (job) => {
    progress.kept.runs.push(job.runId);
    const budget = options.usd === null ? {} : { micros: Math.round(options.usd * 1_000_000) };
    ledger.setCap('phase', `${job.runId}/${spec.id}`, { micros: null, tokens: null, ...budget });
    for (const [at, seeded] of chosen.entries()) {
      if (signal.aborted) throw new EngineError({ code: 'interrupted' }, signal.reason);
      const isDone =
        progress.kept.results.some(({ id }) => id === seeded.id) || progress.kept.killed.includes(seeded.id);
      if (!isDone && !(await runCase(workspace, { seeded, head, spec, job, options }, progress, signal))) break;
      onCase(at + 1, chosen.length);
    }
    return job.runId;
  });
  const { results, killed, runs } = progress.kept;
  const left = chosen.length - results.length - killed.length;
  const calls = runs.flatMap((run) => ledger.calls({ runId: run, texts: false }));
  const costOf = (component: string, model: string) => {
    const own = calls.filter((call) => call.component === component && call.model === model);
    return {
      micros: own.reduce((sum, { cost }) => sum + cost.micros, 0),
      label: own.map(({ cost }) => cost.label).reduce(leastSure, 'billed'),
      seconds: own.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0),
    };
  };
  const calibrations = scoreOf(results, { at: new Date().toISOString(), live, costOf });
  if (left === 0) {
    ledger.keepCalibrations(calibrations.filter(({ model }) => model !== ''));
    await progress.forget();
  }
  return { calibrations, results, resumed, killed: killed.length, left, live, runId };
}

function specOf({ panel, usd, verify }: CalibrationOptions): PhaseSpec {
  return phaseSpecSchema.parse({
    id: 'calibration',
    goal: 'Change the code as the patch says.',
    category: 'audit',
    verify: verify.map((run) => ({ run })),
    auditor: panel === null ? {} : { panel },
    budget: usd === null ? {} : { usd },
  });
}

interface CaseRun {
  readonly seeded: CalibrationCase;
  readonly head: string;
  readonly spec: PhaseSpec;
  readonly job: JobContext;
  readonly options: CalibrationOptions;
}

/** Asks the panel about one case and keeps the outcome; false where the budget does not reach for it. */
async function runCase(workspace: Workspace, run: CaseRun, progress: Progress, signal: AbortSignal): Promise<boolean> {
  const { seeded, head, spec, job } = run;
  const { id, file, before, after } = seeded;
  const reply = formatPatch([{ path: file, renamedFrom: null, before, after, mode: '100644' }]);
  const staged = await workspace.repository.stage({ scope: job.scope, spec, reply, base: head });
  if (!staged.ok || (await isKilled(workspace, run, staged.value, signal))) {
    await progress.add({ killed: [id] });
    return true;
  }
  const scan = await workspace.auditor.scan(spec, staged.value);
  const checks: CheckReport = { tree: staged.value.tree, results: [], flags: [], sandbox: 'none', withheld: null };
  const models = panelModels({ models: job.models, config: workspace.config.config }, spec);
  const task = { scope: job.scope, spec, base: head };
  const request = { task, staged: staged.value, scan, checks, care: 'low', models } as const;
  try {
    const audit = await workspace.auditor.review(request, signal);
    await progress.add({ results: [resultOf(seeded, audit)] });
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.fault.code === 'budget/exceeded') return false;
    throw error;
  }
}

/** Whether the repository's own tests see the fault. A clean change that they refuse is none either. */
async function isKilled(
  { verifier, auditor }: Workspace,
  { spec, job }: CaseRun,
  staged: Staged,
  signal: AbortSignal,
): Promise<boolean> {
  if (spec.verify.length === 0) return false;
  const scan = await auditor.scan(spec, staged);
  const silent = { onStart: async () => {}, onEnd: async () => {} };
  const how = { strict: false, signed: true };
  const report = await verifier.run(job.scope, spec, staged, scan, how, silent, signal);
  return report.results.some(({ outcome }) => outcome !== 'passed');
}

async function recentFiles({ repository }: Workspace, head: string): Promise<ReadonlyMap<string, string>> {
  const commits = await repository.reader.commits(head, recentCommits);
  const past = await repository.reader.pastCommits(commits);
  const paths = [...new Set(past.flatMap((commit) => commit.paths))].slice(0, mostFiles);
  return repository.tree(head).read(paths);
}

interface Progress {
  readonly kept: Kept;
  add(more: Partial<Kept>): Promise<void>;
  forget(): Promise<void>;
}

/** What is done of a calibration, in a file of the state directory that is replaced whole. */
async function openProgress(workspace: Workspace, head: string, options: CalibrationOptions): Promise<Progress> {
  const { repository, models } = workspace;
  const key = JSON.stringify([
    head,
    options.seed,
    options.faults,
    options.panel,
    options.verify,
    models.for('auditor').id,
  ]);
  const name = `${createHash('sha256').update(key).digest('hex').slice(0, 16)}.json`;
  const file = path.join(repository.stateDirectory, 'calibration', name);
  const kept = await readKept(file);
  return {
    kept,
    async add({ killed = [], results = [] }) {
      kept.killed.push(...killed);
      kept.results.push(...results);
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(`${file}.${process.pid}`, JSON.stringify(kept), { mode: 0o600 });
      await rename(`${file}.${process.pid}`, file);
    },
    forget: () => rm(file, { force: true }),
  };
}

async function readKept(file: string): Promise<Kept> {
  try {
    return keptSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // None, or not one of ours: begun anew.
    return { killed: [], results: [], runs: [] };
  }
}
