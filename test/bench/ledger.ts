/**
 * Measures the ledger beside the simple way, a JSON history in one file, on the same generated history.
 * Usage: npm run bench:ledger -- [--runs N] [--calls N] [--seed N]
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { EngineEvent } from '../../src/domain/event.ts';
import { generateRuns } from '../../src/ledger/generate.ts';
import { type Ledger, openLedger } from '../../src/ledger/open-ledger.ts';
import { type LedgerReader, openReader } from '../../src/ledger/reader.ts';

interface HistoryCall {
  readonly runId: string;
  readonly phaseId: string;
  readonly model: string;
  readonly role: string;
  readonly at: string;
  readonly input: number;
  readonly output: number;
  readonly micros: number;
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    calls: { type: 'string', default: '100' },
    seed: { type: 'string', default: '7' },
  },
});
const options = {
  runs: Number(values.runs),
  callsPerRun: Number(values.calls),
  seed: Number(values.seed),
  until: '2026-01-01T00:00:00.000Z',
};

function milliseconds(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** The middle one of several tries, in time of this thread's own: what else the machine does changes nothing of it. */
function typical(tries: number, work: () => unknown): number {
  const times = Array.from({ length: tries }, () => computingOf(work)).sort((a, b) => a - b);
  return times[Math.floor(tries / 2)] ?? Number.NaN;
}

interface Beside {
  /** The same thing with a JSON file. */
  readonly json?: number;
  readonly target?: string;
}

function show(name: string, value: number, unit: string, { json, target }: Beside = {}): void {
  // The clock of computing time ticks in steps: what is under one of them has no ratio.
  const times = value > 0 && json !== undefined ? `: ${(json / value).toFixed(0)} times` : '';
  const ratio = json === undefined ? '' : `   JSON file ${json.toFixed(1)} ${unit}${times}`;
  const aim = target === undefined ? '' : `   (aim: ${target})`;
  console.log(`${name.padEnd(44)} ${value.toFixed(value < 100 ? 2 : 0).padStart(9)} ${unit}${aim}${ratio}`);
}

function computingOf(work: () => unknown): number {
  const before = computingMs();
  work();
  return computingMs() - before;
}

function computingMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/**
 * The longest that this thread computes between two turns of its event loop while the work goes on elsewhere. Time in
 * which the machine does something else does not count.
 */
async function longestStretch(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let before = computingMs();
  const look = () => {
    const now = computingMs();
    longest = Math.max(longest, now - before);
    before = now;
  };
  const ticking = setInterval(look, 1);
  await work();
  look();
  clearInterval(ticking);
  return longest;
}

/** Milliseconds of computing for a call's reservation and settlement, with the accounts over all folders or without. */
function reserveAndSettle(userStateDirectory: string | null): number {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  const ledger = openLedger(directory, userStateDirectory === null ? {} : { userStateDirectory });
  const day = new Date().toISOString().slice(0, 10);
  for (const [level, key] of [
    ['run', 'run'],
    ['day', day],
    ['month', day.slice(0, 7)],
  ] as const) {
    ledger.setCap(level, key, { micros: 1_000_000_000, tokens: null });
  }
  const scope = { runId: 'run', tierId: null, phaseId: 'phase', attempt: 1 };
  const tries = 500;
  const begun = computingMs();
  for (let number = 0; number < tries; number++) {
    const callId = `call-${number}`;
    ledger.reserve(callId, scope, 'lab/model', { tokens: 100, micros: 100 });
    ledger.settle(callId, { input: 50, cached: 0, output: 10 }, { micros: 60, label: 'computed' });
  }
  const took = (computingMs() - begun) / tries;
  ledger.close();
  rmSync(directory, { recursive: true, force: true });
  return took;
}

/** Heavy questions as a view asks them: each first here, then in the reader's thread, where this one goes on. */
async function besideTheHost(ledger: Ledger, reader: LedgerReader): Promise<void> {
  const questions = [
    ['spend by run', () => ledger.spend({ by: 'run' }), () => reader.spend({ by: 'run' })],
    ['cost per accepted phase', () => ledger.costPerAcceptedPhase(null), () => reader.costPerAcceptedPhase(null)],
    ['5,000 calls', () => ledger.calls({ limit: 5000 }), () => reader.calls({ limit: 5000 })],
    [
      'figures of 1,000 runs for charts',
      () => ledger.historyPart({ limit: 1000 }),
      () => reader.historyPart({ limit: 1000 }),
    ],
  ] as const;
  show(
    'host computes at a stretch, at rest',
    await longestStretch(() => new Promise((done) => setTimeout(done, 500))),
    'ms',
  );
  for (const [name, here, beside] of questions) {
    show(`${name}, in the host`, typical(3, here), 'ms');
    await beside();
    show('  host computes at a stretch with the reader', await longestStretch(beside), 'ms', { target: 'at most 50' });
  }
}

function fill(ledger: Ledger, history: HistoryCall[]): number {
  let calls = 0;
  for (const run of generateRuns(options)) {
    ledger.importRun(run);
    calls += run.calls.length;
    for (const { scope, model, role, startedAt, tokens, cost } of run.calls) {
      const { input, output } = tokens;
      const { runId, phaseId } = scope;
      history.push({ runId, phaseId, model, role, at: startedAt, input, output, micros: cost.micros });
    }
  }
  return calls;
}

/** Events a second with each one awaited, and the longest that the event loop stood still for one of them. */
async function appendRate(
  ledger: Ledger,
): Promise<{ readonly rate: number; readonly computing: number; readonly longest: number }> {
  const [run] = generateRuns({ ...options, runs: 1, callsPerRun: 10_000, seed: options.seed + 1 });
  const events: readonly EngineEvent[] = run?.events ?? [];
  let longest = 0;
  const start = performance.now();
  const begun = computingMs();
  for (const event of events) {
    const before = performance.now();
    await ledger.record(event);
    longest = Math.max(longest, performance.now() - before);
  }
  const per = (milliseconds: number) => (events.length / milliseconds) * 1000;
  return { rate: per(performance.now() - start), computing: per(computingMs() - begun), longest };
}

function sumByModel(file: string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const call of JSON.parse(readFileSync(file, 'utf8')) as HistoryCall[]) {
    sums.set(call.model, (sums.get(call.model) ?? 0) + call.micros);
  }
  return sums;
}

function firstPage(file: string): readonly string[] {
  const runs = new Map<string, string>();
  for (const call of JSON.parse(readFileSync(file, 'utf8')) as HistoryCall[]) runs.set(call.runId, call.at);
  return [...runs]
    .sort((a, b) => b[1].localeCompare(a[1]))
    .slice(0, 50)
    .map(([id]) => id);
}

function append(file: string): void {
  const history = JSON.parse(readFileSync(file, 'utf8')) as HistoryCall[];
  const last = history.at(-1);
  if (last) history.push(last);
  writeFileSync(file, JSON.stringify(history));
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  try {
    const ledger = openLedger(directory);
    const history: HistoryCall[] = [];
    let calls = 0;
    const filled = milliseconds(() => {
      calls = fill(ledger, history);
    });
    const json = join(directory, 'history.json');
    writeFileSync(json, JSON.stringify(history));
    console.log(
      'Times are of computing alone, but for what is awaited, the longest single one and what stands beside it.',
    );
    console.log(`${options.runs} runs, ${calls} calls, made in ${(filled / 1000).toFixed(0)} s`);
    console.log(
      `ledger ${(statSync(ledger.file).size / 1e6).toFixed(0)} MB, JSON ${(statSync(json).size / 1e6).toFixed(0)} MB`,
    );
    const naiveSpend = typical(3, () => sumByModel(json));
    const naiveAppend = typical(3, () => append(json));
    const { rate, computing, longest } = await appendRate(ledger);
    show('append, one event (ms)', 1000 / rate, 'ms', { json: naiveAppend });
    show('append, awaited', rate, 'events/s', { target: '5000' });
    show('append, by time of its own alone', computing, 'events/s');
    show('append, longest single one', longest, 'ms');
    for (const by of ['model', 'phase', 'role', 'day', 'run'] as const) {
      show(
        `spend by ${by}`,
        typical(9, () => ledger.spend({ by })),
        'ms',
        { target: 'under 20', ...(by === 'model' ? { json: naiveSpend } : {}) },
      );
    }
    const since = '2025-12-25T00:30:00.000Z';
    show(
      'spend by model, last week',
      typical(9, () => ledger.spend({ by: 'model', since })),
      'ms',
      { target: 'under 20' },
    );
    show(
      'seven days by model',
      typical(9, () => ledger.spendByDayAndModel(7)),
      'ms',
    );
    show(
      'forecast of ten phases',
      typical(9, () => ledger.forecast(Array.from({ length: 10 }, () => ({ category: 'docs', complexity: 'medium' })))),
      'ms',
    );
    show(
      'first page of 50 runs',
      typical(9, () => ledger.runs({ limit: 50 })),
      'ms',
      { json: typical(3, () => firstPage(json)), target: 'under 100 with the view' },
    );
    const deep = [...generateRuns({ ...options, runs: 1 })][0]?.calls[0]?.scope.runId ?? '';
    show(
      'one run whole',
      typical(9, () => ledger.run(deep)),
      'ms',
    );
    show(
      'its calls with prompts and replies',
      typical(9, () => ledger.calls({ runId: deep })),
      'ms',
    );
    show('a call reserved and settled, here alone', reserveAndSettle(null), 'ms');
    show('the same with the caps over all folders', reserveAndSettle(join(directory, 'user')), 'ms');
    const reader = openReader({ stateDirectory: directory, userStateDirectory: null });
    await besideTheHost(ledger, reader);
    await reader.close();
    ledger.close();
    show(
      'opening it again',
      typical(5, () => openLedger(directory).close()),
      'ms',
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
