/**
 * Measures the export of training data: rows a second and peak memory of each format, each in a process of its own,
 * and whether memory stays flat over ten times as many trajectories.
 * Usage: npm run bench:train -- [--trajectories N] [--flat N] [--formats NAME,…] [--parquet]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type ChangeFeatures, featureNames } from '../../src/domain/scorer.ts';
import { randomFrom } from '../../src/ledger/random.ts';
import { exportDataset } from '../../src/training/export-dataset.ts';
import { exportFormats } from '../../src/training/formats/registry.ts';
import { createLeftOut } from '../../src/training/left-out.ts';
import type { Outcome, Trajectory, TrajectoryStep } from '../../src/training/trajectory.ts';

const { values } = parseArgs({
  options: {
    trajectories: { type: 'string', default: '100000' },
    flat: { type: 'string', default: '1000000' },
    formats: { type: 'string' },
    parquet: { type: 'boolean', default: false },
    one: { type: 'string' },
  },
});

const attemptsEach = 4;
const tools = [{ name: 'read_file', description: 'Reads a file.', parameters: { type: 'object' } }];
const landed: Outcome = {
  landed: true,
  rolledBack: false,
  checks: 'passed',
  failToPass: 'held',
  audit: 'clean',
  criteriaMet: 2,
  criteria: 2,
  hunks: null,
  survival: null,
};
const lost: Outcome = { ...landed, landed: false, checks: 'failed', audit: 'none', criteriaMet: 0 };

/** Groups of attempts at one spec, about 3 KB of text each, made as they are asked for. */
async function* groupsOf(trajectories: number): AsyncGenerator<readonly Trajectory[]> {
  const random = randomFrom(7);
  const lines = (count: number) =>
    Array.from({ length: count }, () => `+  const value${Math.floor(random() * 1e6)} = 1;`).join('\n');
  for (let group = 0; group * attemptsEach < trajectories; group += 1) {
    const asked = `Task ${group}\n${lines(40)}`;
    yield Array.from({ length: Math.min(attemptsEach, trajectories - group * attemptsEach) }, (_, at) =>
      trajectoryOf(group, at + 1, asked, lines(20)),
    );
  }
}

function trajectoryOf(group: number, attempt: number, asked: string, patch: string): Trajectory {
  const runId = `run-${group}`;
  const use = { id: 'use-1', name: 'read_file', arguments: '{"path":"src/a.ts"}' };
  const call = (index: number): Omit<TrajectoryStep, 'messages' | 'reply' | 'toolCalls'> => ({
    callId: `${runId}-${attempt}-${index}`,
    role: 'builder',
    component: null,
    model: 'lab/north',
    at: '2026-03-01T10:00:00.000Z',
    seconds: 3,
    system: 'You write patches.',
    tools,
    tokens: { input: 900, cached: 0, output: 300 },
    costMicros: 500,
  });
  const question = { role: 'user', text: asked } as const;
  const looked = { role: 'assistant', text: 'I look first.', toolCalls: [use] } as const;
  const result = { role: 'tool', toolCallId: 'use-1', text: 'let a = 1;' } as const;
  return {
    id: `${runId}/phase/${attempt}`,
    runId,
    phaseId: 'phase',
    attempt,
    scenario: `scenario-${group}`,
    category: 'feature',
    startedAt: new Date(Date.UTC(2026, 0, 1) + group * 60_000).toISOString(),
    steps: [
      { ...call(1), messages: [question], reply: looked.text, toolCalls: [use] },
      { ...call(2), messages: [question, looked, result], reply: `The patch.\n${patch}`, toolCalls: [] },
    ],
    outcome: attempt === attemptsEach ? landed : lost,
    costMicros: 500 * attempt,
    capMicros: 1_000_000,
    change: Object.fromEntries(featureNames.map((name) => [name, attempt])) as ChangeFeatures,
  };
}

interface Measured {
  readonly rows: number;
  readonly megabytes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Peak of the whole process, MiB. */
  readonly peak: number;
}

/** One export, here; prints what it took. */
async function exportOne(name: string, trajectories: number): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'countersign-train-'));
  try {
    const begun = performance.now();
    const before = process.cpuUsage();
    const { files } = await exportDataset({
      groups: groupsOf(trajectories),
      formats: exportFormats.filter((format) => format.name === name),
      folder: path.join(folder, 'data'),
      split: { seed: '1', heldOut: 0.1, from: null },
      scrub: (text) => text,
      parquet: values.parquet,
      origin: { licence: null, licences: [], profile: null, judge: null, survivalDays: null },
      leftOut: createLeftOut(),
      signal: new AbortController().signal,
    });
    const { user, system } = process.cpuUsage(before);
    const measured: Measured = {
      rows: files.filter(({ file }) => file.endsWith('.jsonl')).reduce((sum, { rows }) => sum + rows, 0),
      megabytes: files.reduce((sum, { bytes }) => sum + bytes, 0) / 2 ** 20,
      seconds: (performance.now() - begun) / 1000,
      cpuSeconds: (user + system) / 1e6,
      peak: process.resourceUsage().maxRSS / 1024,
    };
    console.log(JSON.stringify(measured));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measure(name: string, trajectories: number): Measured {
  const words = ['--import', 'tsx', import.meta.filename, '--one', name, '--trajectories', String(trajectories)];
  const child = spawnSync(process.execPath, [...words, ...(values.parquet ? ['--parquet'] : [])], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.status !== 0) throw new Error(`${name} failed.`);
  return JSON.parse(child.stdout);
}

const columns = ['attempts', 'rows', 'attempts/s', 'rows/s', 'rows/CPU s', 'MiB', 'peak MiB'] as const;

function line(name: string, cells: readonly string[]): string {
  return [name.padEnd(17), ...cells.map((cell) => cell.padStart(10))].join(' ');
}

function show(name: string, attempts: number, { rows, megabytes, seconds, cpuSeconds, peak }: Measured): void {
  const figures = [attempts, rows, attempts / seconds, rows / seconds, rows / cpuSeconds, megabytes, peak];
  console.log(
    line(
      name,
      figures.map((figure) => figure.toFixed(0)),
    ),
  );
}

function main(): void {
  const chosen = values.formats?.split(',') ?? exportFormats.map(({ name }) => name);
  const trajectories = Number(values.trajectories);
  console.log(line('format', columns));
  show('nothing', 0, measure('none', 0));
  for (const name of chosen) show(name, trajectories, measure(name, trajectories));
  const flat = Number(values.flat);
  const widest = 'atif';
  if (flat > 0) show(widest, flat, measure(widest, flat));
  console.log(`load of the machine meanwhile: ${loadavg()[0]?.toFixed(1)}`);
}

if (values.one === undefined) main();
else await exportOne(values.one, Number(values.trajectories));
