import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { EngineEvent } from '../../src/domain/event.ts';
import { logFields, logLine, type Step, stepOf } from '../../src/domain/log-line.ts';
import { matchesSnapshot } from '../support/snapshot.ts';
import {
  type Bench,
  breakingPatch,
  cleanReview,
  type Finished,
  goodPatch,
  majorReview,
  nodeTest,
  obliging,
  openBench,
  runEnd,
} from './support.ts';

const steps: readonly Step[] = ['submitted', 'processing', 'debug', 'final'];

describe('the events of a run', function () {
  this.timeout(120_000);
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const eventsOf = ({ lines }: Finished) => lines as unknown as readonly EngineEvent[];

  /** One line for each event, without what differs from run to run. */
  function sequence(done: Finished): string {
    const lines = eventsOf(done).map((event) => {
      const { PID, COMP, STAGE } = logFields(event);
      const attempt = event.attempt === undefined ? '-' : String(event.attempt);
      return [stepOf(event).padEnd(10), STAGE.padEnd(9), PID, attempt, COMP.padEnd(11), event.type].join(' ');
    });
    return `${lines.join('\n')}\n`;
  }

  /** Each phase is submitted first and final last, and is processed before anything is known of it. */
  function assertOrder(done: Finished): void {
    const byPhase = Map.groupBy(
      eventsOf(done).filter(({ phaseId }) => phaseId !== undefined),
      ({ phaseId }) => phaseId,
    );
    for (const [phaseId, events] of byPhase) {
      const told = events.map(stepOf);
      assert.equal(told[0], 'submitted', phaseId);
      assert.equal(told.at(-1), 'final', phaseId);
      assert.equal(told.filter((step) => step === 'final').length, 1, phaseId);
      const firsts = steps.map((step) => told.indexOf(step)).filter((at) => at !== -1);
      assert.deepEqual(
        firsts,
        firsts.toSorted((a, b) => a - b),
        phaseId,
      );
    }
  }

  const run = async (spec: Record<string, unknown> = nodeTest) =>
    bench.run('run', await bench.phase('one', spec), '--autonomy', 'gated', '--json');

  it('of a phase that lands', async () => {
    await bench.model(obliging);
    const done = await run();
    assertOrder(done);
    matchesSnapshot('events-landed', sequence(done));
  });

  it('of a phase that is revised', async () => {
    await bench.model([
      { role: 'builder', attempt: 1, text: breakingPatch },
      { role: 'reflector', text: 'It must stay a number.' },
      { role: 'builder', attempt: 2, text: goodPatch },
      { role: 'auditor', text: cleanReview },
    ]);
    const done = await run();
    assertOrder(done);
    matchesSnapshot('events-revised', sequence(done));
  });

  it('of a phase that is rejected', async () => {
    await bench.model([
      { role: 'builder', text: goodPatch },
      { role: 'auditor', text: majorReview },
    ]);
    const done = await run({ ...nodeTest, budget: { attempts: 1 } });
    assertOrder(done);
    matchesSnapshot('events-rejected', sequence(done));
  });

  it('of a phase that stops because the environment fails', async () => {
    await bench.model([{ role: 'builder', status: 401, body: { error: { message: 'no' } } }]);
    const done = await run();
    assert.equal(done.code, 6, done.out);
    assertOrder(done);
    matchesSnapshot('events-stopped', sequence(done));
  });

  it('are written to standard error and to disk when it is asked for, and not otherwise', async () => {
    await bench.model(obliging);
    const quiet = await run();
    const folder = path.join(bench.directory, '.git', 'countersign', 'logs');
    assert.ok(!existsSync(folder));
    assert.doesNotMatch(quiet.err, /EID=/);
    await bench.run('rollback', 'last');
    const done = await bench.run('run', await bench.phase('two', nodeTest), '--json', '--verbose');
    const told = done.err.split('\n').filter((line) => line.startsWith('EID='));
    assert.deepEqual(told, eventsOf(done).map(logLine));
    const text = readFileSync(path.join(folder, `${runEnd(done).runId}.jsonl`), 'utf8');
    const kept = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      kept.map(({ EID, RID, PID, STAGE, type }) => [EID, RID, PID, STAGE, type]),
      eventsOf(done).map((event) => [event.eventId, event.runId, event.phaseId ?? '-', event.stage, event.type]),
    );
  });
});
