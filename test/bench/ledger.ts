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

/** The middle one of several tries. */
function typical(tries: number, work: () => unknown): number {
  const times = Array.from({ length: tries }, () => milliseconds(work)).sort((a, b) => a - b);
  return times[Math.floor(tries / 2)] ?? Number.NaN;
}

function show(name: string, value: number, unit: string, beside?: number): void {
  const ratio =
    beside === undefined ? '' : `   JSON file ${beside.toFixed(1)} ${unit}: ${(beside / value).toFixed(0)} times`;
  console.log(`${name.padEnd(44)} ${value.toFixed(value < 100 ? 2 : 0).padStart(9)} ${unit}${ratio}`);
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
async function appendRate(ledger: Ledger): Promise<{ readonly rate: number; readonly longest: number }> {
  const [run] = generateRuns({ ...options, runs: 1, callsPerRun: 10_000, seed: options.seed + 1 });
  const events: readonly EngineEvent[] = run?.events ?? [];
  let longest = 0;
  const start = performance.now();
  for (const event of events) {
    const before = performance.now();
    await ledger.record(event);
    longest = Math.max(longest, performance.now() - before);
  }
  return { rate: (events.length / (performance.now() - start)) * 1000, longest };
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
    console.log(`${options.runs} runs, ${calls} calls, made in ${(filled / 1000).toFixed(0)} s`);
    console.log(
      `ledger ${(statSync(ledger.file).size / 1e6).toFixed(0)} MB, JSON ${(statSync(json).size / 1e6).toFixed(0)} MB`,
    );
    const naiveSpend = typical(3, () => sumByModel(json));
    const naiveAppend = typical(3, () => append(json));
    const { rate, longest } = await appendRate(ledger);
    show('append, one event (ms)', 1000 / rate, 'ms', naiveAppend);
    show('append, awaited', rate, 'events/s');
    show('append, longest single one', longest, 'ms');
    for (const by of ['model', 'phase', 'role', 'day', 'run'] as const) {
      show(
        `spend by ${by}`,
        typical(9, () => ledger.spend({ by })),
        'ms',
        by === 'model' ? naiveSpend : undefined,
      );
    }
    const since = '2025-12-25T00:30:00.000Z';
    show(
      'spend by model, last week',
      typical(9, () => ledger.spend({ by: 'model', since })),
      'ms',
    );
    show(
      'first page of 50 runs',
      typical(9, () => ledger.runs({ limit: 50 })),
      'ms',
      typical(3, () => firstPage(json)),
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
