/**
 * Does a local scorer know which attempt will land? Executes phases on a scratch repository (real patches, real
 * checks, a scripted Builder and Auditor), trains `examples/train-scorer` on the earlier ones as a job of the `command`
 * back end, and holds it on the later ones against always saying the share that landed.
 * Usage: node --import tsx test/bench/scorer.ts [--phases N] [--seed N]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { prepareTraining } from '../../src/compose/training/prepare-training.ts';
import { readScorer } from '../../src/compose/training/read-scorer.ts';
import { openWorkspace, type Workspace } from '../../src/compose.ts';
import { type ChangeFeatures, type Scorer, scoreChange } from '../../src/domain/scorer.ts';
import { createCommandBackend } from '../../src/training/jobs/command-backend.ts';
import { runJob } from '../../src/training/jobs/run-job.ts';
import { makeScenarioRuns, type ScenarioRuns } from '../support/scenario-runs.ts';

const { values } = parseArgs({
  options: { phases: { type: 'string', default: '240' }, seed: { type: 'string', default: '7' } },
});
const phasesPerRun = 10;
const trainer = path.resolve(import.meta.dirname, '../../examples/train-scorer/train.mjs');
const { signal } = new AbortController();

interface Row {
  readonly features: ChangeFeatures;
  readonly landed: boolean;
}

async function execute({ specs, directory }: ScenarioRuns, workspace: Workspace): Promise<void> {
  for (let at = 0; at < specs.length; at += phasesPerRun) {
    const files = specs.slice(at, at + phasesPerRun).map(({ file }) => file);
    const { plan } = await workspace.readNamedFiles(files, directory);
    await workspace.engine.run(plan, { branchByDefault: 'current' }, signal);
  }
}

/** When the last third of the runs began. */
function splitTime({ ledger }: Workspace): string {
  const starts = [...ledger.table({ table: 'runs' })].map(({ startedAt }) => String(startedAt)).sort();
  return starts[Math.floor((starts.length * 2) / 3)] as string;
}

async function train(folder: string, data: string): Promise<Scorer> {
  const job = path.join(folder, 'job');
  await mkdir(job);
  const manifest = JSON.parse(await readFile(path.join(data, 'manifest.json'), 'utf8'));
  const config = {
    id: 'scorer',
    trainingFile: path.join(data, 'attempt-features.train.jsonl'),
    validationFile: path.join(data, 'attempt-features.test.jsonl'),
    trainingSha256: manifest.files[0].sha256,
    baseModel: 'none',
    method: 'supervised',
    suffix: null,
    hyperparameters: {},
    folder: job,
  } as const;
  const backend = createCommandBackend({ command: [process.execPath, trainer], environment: process.env });
  const result = await runJob(config, {
    backend,
    now: () => new Date(),
    onStatus: ({ message }) => message && console.log(`job: ${message}`),
    takeControls: async () => [],
    stuckAfterHours: 1,
    signal,
  });
  if (result.type !== 'succeeded') throw new Error(JSON.stringify(result));
  return readScorer(job, 'scorer.json');
}

const rowsOf = async (file: string): Promise<readonly Row[]> =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** Mean log loss, share that was called rightly, and how often what landed is ranked before what did not. */
function measure(rows: readonly Row[], chanceOf: (row: Row) => number) {
  const chances = rows.map((row) => Math.min(1 - 1e-9, Math.max(1e-9, chanceOf(row))));
  const at = (index: number) => chances[index] as number;
  const loss = rows.reduce((sum, { landed }, index) => sum - Math.log(landed ? at(index) : 1 - at(index)), 0);
  const right = rows.filter(({ landed }, index) => at(index) >= 0.5 === landed).length;
  let [pairs, ranked] = [0, 0];
  for (const [one, { landed }] of rows.entries()) {
    for (const [other, { landed: otherLanded }] of rows.entries()) {
      if (!landed || otherLanded) continue;
      pairs += 1;
      ranked += at(one) > at(other) ? 1 : at(one) === at(other) ? 0.5 : 0;
    }
  }
  return { loss: loss / rows.length, accuracy: right / rows.length, ranked: pairs === 0 ? Number.NaN : ranked / pairs };
}

const folder = mkdtempSync(path.join(tmpdir(), 'countersign-scorer-'));
const scenario = await makeScenarioRuns(folder, Number(values.phases), Number(values.seed));
const { directory, environment, configFile } = scenario;
const workspace = await openWorkspace({ directory, environment, configFile, signal });
try {
  const begun = performance.now();
  await execute(scenario, workspace);
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  const from = splitTime(workspace);
  const data = path.join(folder, 'data');
  const split = { seed: '1', heldOut: 0, from };
  const request = { folder: data, formats: ['attempt-features'], split, recorded: false };
  const { collected } = await prepareTraining(workspace, request, signal);
  console.log(`${values.phases} phases executed in ${seconds} s: ${collected} attempts`);
  const scorer = await train(folder, data);
  const rows = await rowsOf(path.join(data, 'attempt-features.test.jsonl'));
  const results = [
    ['always the share that landed', measure(rows, () => scorer.landedShare)],
    ['local scorer', measure(rows, ({ features }) => scoreChange(scorer, features))],
  ] as const;
  console.log(`trained on ${scorer.trainedOn} attempts, ${(100 * scorer.landedShare).toFixed(0)} % of which landed`);
  console.log(
    `held out: ${rows.length} later attempts, ${rows.filter(({ landed }) => landed).length} of which landed\n`,
  );
  console.log(`${''.padEnd(30)}log loss  called rightly  ranked rightly`);
  for (const [name, { loss, accuracy, ranked }] of results) {
    const shares = [accuracy, ranked].map((share) => `${(100 * share).toFixed(1)} %`.padStart(14));
    console.log(`${name.padEnd(30)}${loss.toFixed(4).padStart(8)}  ${shares.join('  ')}`);
  }
  const better = results[1][1].loss < results[0][1].loss;
  console.log(better ? '\nThe scorer beats the constant.' : '\nThe scorer does not beat the constant.');
  process.exitCode = better ? 0 : 1;
} finally {
  await workspace.close();
  await scenario.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
