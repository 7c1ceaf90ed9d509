import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EventDraft } from '../../../src/domain/event.ts';
import { phaseStates, runOutcomeSchema } from '../../../src/domain/run.ts';
import { mayFollow, phaseTransitions, runTransitions } from '../../../src/domain/state-machine.ts';
import { open, phaseStart, planOf, runStart, specOf, stamper, stateDirectory, tidy } from './fixtures.ts';

const plan = planOf('api');
const phaseId = 'api';
const landing = { commit: 'c1', parent: 'c0', tree: 't1', branch: 'refs/heads/main' };
const spend = { calls: 0, tokens: { input: 0, cached: 0, output: 0 }, cost: { micros: 0, label: 'billed' as const } };

const drafts: fc.Arbitrary<EventDraft> = fc.oneof(
  fc.constant(runStart(plan, true)),
  fc.constant(phaseStart(specOf(plan, phaseId))),
  fc
    .constantFrom(...phaseStates)
    .map((state): EventDraft => ({ type: 'phase-progress', stage: 'DISPATCH', phaseId, state })),
  fc.constantFrom(...phaseStates).map(
    (state): EventDraft => ({
      type: 'phase-end',
      stage: 'COMPLETE',
      phaseId,
      state,
      failure: null,
      reason: null,
      fault: null,
      attempts: 1,
      commit: null,
      spend,
    }),
  ),
  fc.constant<EventDraft>({ type: 'review-requested', stage: 'COMPLETE', phaseId, attempt: 1, reasons: [] }),
  fc.constant<EventDraft>({ type: 'phase-landed', stage: 'COMPLETE', phaseId, landing }),
  fc.constant<EventDraft>({ type: 'phase-rolled-back', stage: 'COMPLETE', phaseId, landing, commit: 'c2' }),
  fc
    .constantFrom('pause', 'resume', 'stop', 'skip', 'retry' as const)
    .map((control): EventDraft => ({ type: 'run-controlled', stage: 'ACK', control, reason: null })),
  fc
    .constantFrom(...runOutcomeSchema.options)
    .map(
      (outcome): EventDraft => ({ type: 'run-end', stage: 'COMPLETE', outcome, exitCode: 0, reason: null, phases: [] }),
    ),
);

describe('states in the store', () => {
  afterEach(tidy);

  it('follow their tables, in whatever order events come', async () => {
    const ledger = open(stateDirectory());
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(drafts, { maxLength: 25 }), async (told) => {
        const runId = `run-${runs++}`;
        const stamp = stamper(runId);
        await ledger.record(stamp(runStart(plan)));
        const states = () => ({ run: ledger.run(runId)?.state, phase: ledger.phase(runId, phaseId)?.state });
        let before = states();
        for (const draft of told) {
          await ledger.record(stamp(draft));
          const now = states();
          assert.ok(before.run && now.run && before.phase && now.phase);
          const isLegal = <State extends string>(
            table: Parameters<typeof mayFollow<State>>[0],
            from: State,
            to: State,
          ) => from === to || mayFollow(table, from, to);
          assert.ok(isLegal(phaseTransitions, before.phase, now.phase), `phase: ${before.phase} → ${now.phase}`);
          assert.ok(isLegal(runTransitions, before.run, now.run), `run: ${before.run} → ${now.run}`);
          before = now;
        }
      }),
      { numRuns: 150 },
    );
    assert.deepEqual(ledger.checkIntegrity(), []);
  }).timeout(120_000);

  it('of a landed phase does not change by a late word of what went before', async () => {
    const ledger = open(stateDirectory());
    const stamp = stamper('run-1');
    const end = (state: 'landed' | 'cancelled' | 'rejected'): EventDraft => ({
      type: 'phase-end',
      stage: 'COMPLETE',
      phaseId,
      state,
      failure: null,
      reason: state,
      fault: null,
      attempts: 1,
      commit: null,
      spend,
    });
    await ledger.record(stamp(runStart(plan)));
    await ledger.record(stamp(phaseStart(specOf(plan, phaseId))));
    await ledger.record(stamp({ type: 'phase-landed', stage: 'COMPLETE', phaseId, landing }));
    await ledger.record(stamp(end('landed')));
    for (const state of ['cancelled', 'rejected'] as const) await ledger.record(stamp(end(state)));
    await ledger.record(stamp({ type: 'phase-progress', stage: 'DISPATCH', phaseId, state: 'checking' }));
    const phase = ledger.phase('run-1', phaseId);
    assert.deepEqual([phase?.state, phase?.reason], ['landed', 'landed']);
    assert.notEqual(phase?.endedAt, null);
  });
});
