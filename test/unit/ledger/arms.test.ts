import assert from 'node:assert/strict';
import type { ArmName } from '../../../src/domain/deployment.ts';
import type { EventDraft } from '../../../src/domain/event.ts';
import type { PhaseState } from '../../../src/domain/run.ts';
import type { Ledger } from '../../../src/ledger/open-ledger.ts';
import { callOf, landing, open, planOf, runStart, specOf, stamper, stateDirectory, tidy } from './fixtures.ts';

interface Phase {
  readonly state: PhaseState;
  readonly model: string;
  readonly arm?: ArmName;
  readonly attempts?: number;
  readonly failure?: 'environment' | 'policy';
  readonly more?: readonly EventDraft[];
  readonly recorded?: boolean;
}

const spend = { calls: 0, tokens: { input: 0, cached: 0, output: 0 }, cost: { micros: 0, label: 'billed' } } as const;

async function keep(ledger: Ledger, runId: string, at: string, phase: Phase): Promise<void> {
  const { state, model, arm, attempts = 1, failure = null, more = [], recorded = false } = phase;
  const plan = planOf('api');
  const stamp = stamper(runId, at);
  const base = { phaseId: 'api', stage: 'DISPATCH' } as const;
  const route = { rule: 'role', tier: null, tooDear: null, difficulty: 0.5 } as const;
  const arms = arm ? { arm: { arm, version: 'v1.0.0', model } } : {};
  const drafts: readonly EventDraft[] = [
    { ...runStart(plan), recorded } as EventDraft,
    { type: 'phase-start', ...base, spec: specOf(plan, 'api'), tierId: 'tier', base: 'a'.repeat(40) },
    ...Array.from(
      { length: attempts },
      (_, index): EventDraft => ({
        type: 'attempt-start',
        ...base,
        attempt: index + 1,
        // A later attempt may be another model's: the phase stays the first one's.
        model: index === 0 ? model : 'lab/top',
        reason: 'x',
        route: { ...route, ...arms },
      }),
    ),
    ...more,
    {
      type: 'phase-end',
      stage: 'COMPLETE',
      phaseId: 'api',
      state,
      failure,
      reason: null,
      fault: null,
      attempts,
      commit: null,
      spend,
    },
  ];
  for (const draft of drafts) await ledger.record(stamp(draft));
  const scope = { runId, tierId: 'tier', phaseId: 'api', attempt: 1 };
  const cost = { micros: 500, label: 'computed' } as const;
  await ledger.keepCall(callOf(`call-${runId}`, { scope, model, cost, startedAt: at, ...(arm ? { arm } : {}) }));
}

describe('what models came to', () => {
  afterEach(tidy);

  it('tells each phase that ended by itself under its first model, with arm, cost and retries', async () => {
    const ledger = open(stateDirectory());
    await keep(ledger, 'run-1', '2026-03-01T10:00:00.000Z', { state: 'landed', model: 'lab/tuned', arm: 'candidate' });
    await keep(ledger, 'run-2', '2026-03-01T11:00:00.000Z', { state: 'stuck', model: 'lab/base', attempts: 3 });
    const [first, second] = ledger.servedPhases({});
    assert.deepEqual(
      [first?.model, first?.arm, first?.version, first?.landed, first?.costMicros, first?.retries],
      ['lab/tuned', 'candidate', 'v1.0.0', true, 500, 0],
    );
    assert.deepEqual([second?.model, second?.arm, second?.landed, second?.retries], ['lab/base', null, false, 2]);
    assert.equal(ledger.servedPhases({ since: '2026-03-01T10:30:00.000Z' }).length, 1);
    assert.equal(ledger.servedPhases({ models: ['lab/tuned'] }).length, 1);
    assert.equal(ledger.servedPhases({ models: [] }).length, 0);
  });

  it('leaves out what says nothing of a model', async () => {
    const ledger = open(stateDirectory());
    const at = '2026-03-01T10:00:00.000Z';
    await keep(ledger, 'run-1', at, { state: 'cancelled', model: 'lab/m' });
    await keep(ledger, 'run-2', at, { state: 'failed', failure: 'environment', model: 'lab/m' });
    await keep(ledger, 'run-3', at, { state: 'awaiting-review', model: 'lab/m' });
    await keep(ledger, 'run-4', at, { state: 'landed', model: 'lab/m', recorded: true });
    assert.deepEqual(ledger.servedPhases({}), []);
  });

  it('calls unsafe what went for a forbidden path, and what was taken back', async () => {
    const ledger = open(stateDirectory());
    const at = '2026-03-01T10:00:00.000Z';
    const refused = (code: 'patch/forbidden' | 'patch/unreadable'): EventDraft => {
      const fault = code === 'patch/forbidden' ? { code, file: '.git/config', detail: 'x' } : { code, detail: 'x' };
      return { type: 'patch-refused', stage: 'ERROR', phaseId: 'api', attempt: 1, fault };
    };
    const taken: readonly EventDraft[] = [
      { type: 'phase-landed', stage: 'COMPLETE', phaseId: 'api', landing },
      { type: 'phase-rolled-back', stage: 'COMPLETE', phaseId: 'api', landing, commit: 'f'.repeat(40) },
    ];
    await keep(ledger, 'run-1', at, { state: 'rejected', model: 'lab/m', more: [refused('patch/forbidden')] });
    await keep(ledger, 'run-2', at, { state: 'rejected', model: 'lab/m', more: [refused('patch/unreadable')] });
    await keep(ledger, 'run-3', at, { state: 'landed', model: 'lab/m', more: taken });
    assert.deepEqual(
      ledger.servedPhases({}).map(({ runId, unsafe, landed }) => [runId, unsafe, landed]),
      [
        ['run-1', true, false],
        ['run-2', false, false],
        ['run-3', true, false],
      ],
    );
  });

  it('counts calls that failed, but none that a person or a cap cut off', async () => {
    const ledger = open(stateDirectory());
    const keepCall = (id: string, fault: Parameters<typeof callOf>[1]) => ledger.keepCall(callOf(id, fault));
    await keepCall('a', {});
    await keepCall('b', { fault: { code: 'model/truncated', provider: 'lab', outputLimit: 5 } });
    await keepCall('c', { fault: { code: 'interrupted' } });
    await keepCall('d', { model: 'lab/other' });
    await keepCall('e', { startedAt: '2026-02-01T10:00:00.000Z' });
    assert.deepEqual(ledger.callHealth('lab/builder', '2026-03-01T00:00:00.000Z'), { calls: 2, failed: 1 });
  });

  it('counts spending by arm', async () => {
    const ledger = open(stateDirectory());
    await keep(ledger, 'run-1', '2026-03-01T10:00:00.000Z', { state: 'landed', model: 'lab/tuned', arm: 'candidate' });
    await keep(ledger, 'run-2', '2026-03-01T11:00:00.000Z', { state: 'landed', model: 'lab/base' });
    const rows = (query: object) => ledger.spend({ by: 'arm', ...query }).rows.map(({ key, calls }) => [key, calls]);
    assert.deepEqual(rows({}), [
      ['candidate', 1],
      ['none', 1],
    ]);
    assert.deepEqual(rows({ runId: 'run-2' }), [['none', 1]]);
    assert.deepEqual(rows({ since: '2026-03-01T10:30:00.000Z' }), [['none', 1]]);
  });
});
