import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { generateRuns } from '../../../src/ledger/generate.ts';
import {
  attemptStart,
  callOf,
  cleanAudit,
  landing,
  open,
  phaseStart,
  planOf,
  runStart,
  specOf,
  stagedOf,
  stamper,
  stateDirectory,
  tidy,
} from './fixtures.ts';

async function ledgerWith(runId = 'run-1') {
  const ledger = open(stateDirectory());
  const plan = planOf('api', 'docs');
  const stamp = stamper(runId);
  const tell = (draft: Parameters<typeof stamp>[0]) => ledger.record(stamp(draft));
  await tell(runStart(plan));
  return { ledger, plan, tell };
}

describe('Events of one phase', () => {
  afterEach(tidy);

  it('are those of the phase alone, in their order, a page at a time', async () => {
    const { ledger, plan, tell } = await ledgerWith();
    await tell(phaseStart(specOf(plan, 'api')));
    await tell(phaseStart(specOf(plan, 'docs')));
    await tell(attemptStart('api', 1));
    await tell(attemptStart('docs', 1));
    const first = ledger.phaseEvents('run-1', 'api', { limit: 1 });
    assert.deepEqual([first.events.map(({ type }) => type), first.more], [['phase-start'], true]);
    const rest = ledger.phaseEvents('run-1', 'api', { after: first.last ?? '', limit: 10 });
    assert.deepEqual([rest.events.map(({ type }) => type), rest.more], [['attempt-start'], false]);
    assert.deepEqual(ledger.phaseEvents('run-1', 'api', { after: rest.last ?? '', limit: 10 }), {
      events: [],
      last: null,
      more: false,
    });
  });

  it('include those that stand in files of their own, and none of another phase', async () => {
    const { ledger, tell } = await ledgerWith();
    const staged = stagedOf('x'.repeat(100_000));
    await tell({ type: 'patch-staged', stage: 'COMPLETE', phaseId: 'api', attempt: 1, staged, summary: 's' });
    await tell({ type: 'patch-staged', stage: 'COMPLETE', phaseId: 'docs', attempt: 1, staged, summary: 's' });
    const { events, last } = ledger.phaseEvents('run-1', 'api', { limit: 10 });
    assert.deepEqual(
      events.map(({ type, phaseId }) => [type, phaseId]),
      [['patch-staged', 'api']],
    );
    assert.ok(last);
  });

  it('that are damaged are said to be', async () => {
    const { ledger, plan, tell } = await ledgerWith();
    await tell(phaseStart(specOf(plan, 'api')));
    const file = new DatabaseSync(ledger.file);
    file.exec("UPDATE events SET body = '={no json'");
    file.close();
    assert.throws(() => ledger.phaseEvents('run-1', 'api', { limit: 10 }), /damaged/i);
  });
});

describe('Figures of the history', () => {
  afterEach(tidy);

  it('add up, part by part, to what the store says was spent', () => {
    const ledger = open(stateDirectory());
    for (const run of generateRuns({ runs: 25, seed: 3, until: '2026-03-01T00:00:00.000Z', callsPerRun: 8 }))
      ledger.importRun(run);
    let [micros, runs, calls] = [0, 0, 0];
    let before: string | null = null;
    do {
      const part = ledger.historyPart({ limit: 10, ...(before === null ? {} : { before }) });
      micros += part.costs.reduce((sum, cost) => sum + cost.micros, 0);
      calls += part.latencies.reduce((sum, bucket) => sum + bucket.calls, 0);
      runs += part.runs;
      before = part.next;
    } while (before !== null);
    const { total } = ledger.spend({ by: 'model' });
    assert.deepEqual([runs, micros, calls], [25, total.costMicros, total.calls]);
  });

  it('keep to the filter', () => {
    const ledger = open(stateDirectory());
    for (const run of generateRuns({ runs: 25, seed: 3, until: '2026-03-01T00:00:00.000Z', callsPerRun: 8 }))
      ledger.importRun(run);
    const filter = { state: 'failed' } as const;
    assert.equal(ledger.historyPart({ ...filter, limit: 100 }).runs, ledger.countRuns(filter));
    assert.equal(ledger.historyPart({ text: 'no such goal', limit: 100 }).runs, 0);
  });

  it('tell what landed, for how much, under which cap, and what reviewers said', async () => {
    const { ledger, plan, tell } = await ledgerWith();
    ledger.setCap('phase', 'run-1/api', { micros: 2_500_000, tokens: null });
    await tell(phaseStart(specOf(plan, 'api')));
    await tell(attemptStart('api', 1));
    await ledger.keepCall(callOf('c1', { seconds: 12.7 }));
    await tell({ type: 'audit-end', stage: 'AGGREGATE', phaseId: 'api', attempt: 1, audit: cleanAudit });
    await tell({ type: 'phase-landed', stage: 'COMPLETE', phaseId: 'api', landing });
    const part = ledger.historyPart({ limit: 5 });
    assert.deepEqual(part.phases, [
      {
        category: 'feature',
        complexity: 'medium',
        landed: true,
        attempts: 1,
        recorded: false,
        capMicros: 2_500_000,
        micros: 700,
        label: 'computed',
      },
    ]);
    assert.deepEqual(part.costs, [{ day: '2026-03-01', model: 'lab/builder', micros: 700, label: 'computed' }]);
    assert.deepEqual(part.audits, [{ outcome: 'clean', attempts: 1 }]);
    assert.deepEqual(part.latencies, [{ model: 'lab/builder', seconds: 12, calls: 1 }]);
    await tell({ type: 'phase-rolled-back', stage: 'COMPLETE', phaseId: 'api', landing, commit: 'f'.repeat(40) });
    assert.equal(ledger.historyPart({ limit: 5 }).phases[0]?.landed, false);
  });

  it('name what runs can be filtered by', async () => {
    const { ledger } = await ledgerWith();
    await ledger.keepCall(callOf('c1'));
    assert.deepEqual(ledger.runFacets(), { models: ['lab/builder'], categories: ['feature'] });
  });

  it('pass over rows of the list for a jump within it', () => {
    const ledger = open(stateDirectory());
    for (const run of generateRuns({ runs: 9, seed: 3, until: '2026-03-01T00:00:00.000Z', callsPerRun: 2 }))
      ledger.importRun(run);
    const all = ledger.runs({ limit: 9 }).map(({ id }) => id);
    assert.deepEqual(
      ledger.runs({ limit: 2, before: all[1] ?? '', skip: 3 }).map(({ id }) => id),
      all.slice(5, 7),
    );
  });
});
