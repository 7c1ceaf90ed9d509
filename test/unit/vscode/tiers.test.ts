import assert from 'node:assert/strict';
import type { EngineEvent } from '../../../src/domain/event.ts';
import { noSpend } from '../../../src/domain/money.ts';
import type { RunRecord } from '../../../src/domain/run.ts';
import { phaseSpecSchema } from '../../../src/domain/spec.ts';
import { rowOfTier, tiersOf } from '../../../src/vscode/runs/tiers.ts';

const specOf = (id: string) => phaseSpecSchema.parse({ id, goal: id });

function run(tiers: readonly (readonly string[])[], landed: readonly string[] = []): RunRecord {
  const phases = tiers.flat().map((id) => ({
    runId: 'r',
    id,
    tierId: null,
    spec: specOf(id),
    state: 'queued' as const,
    failure: null,
    reason: null,
    attempts: 0,
    startedAt: landed.includes(id) ? '2026-03-04T11:55:00Z' : null,
    endedAt: null,
    staged: null,
    checks: null,
    audit: null,
    risk: null,
    verdict: null,
    landing: landed.includes(id) ? { commit: 'a', parent: 'b', tree: 'c', branch: 'refs/heads/main' } : null,
    rolledBack: null,
    spend: noSpend,
  }));
  return {
    id: 'r',
    plan: {
      id: 'p',
      goal: 'g',
      autonomy: 'review',
      landingBranch: 'run',
      budget: {},
      landsOn: 'refs/heads/main',
      mergesInto: null,
      tiers: tiers.map((ids, index) => ({
        id: `t${index}`,
        title: `Tier ${index}`,
        budget: {},
        phases: ids.map(specOf),
      })),
    },
    state: 'running',
    reason: null,
    recorded: false,
    startedAt: '2026-03-04T11:55:00Z',
    endedAt: null,
    phases,
    spend: noSpend,
  };
}

const ended = (tierId: string, state: 'clean' | 'not-clean' | 'failed', reason: string | null): EngineEvent => ({
  type: 'tier-end',
  eventId: 'e',
  runId: 'r',
  stage: 'COMPLETE',
  at: '2026-03-04T12:00:00Z',
  tierId,
  state,
  reason,
  counts: { minors: 5, majors: 1, failedChecks: 0 },
});

describe('Tiers of a run', () => {
  it('are rows where there are several, and none where there is one', () => {
    assert.deepEqual(tiersOf(run([['a', 'b']]), []), []);
    assert.deepEqual(
      tiersOf(run([['a'], ['b', 'c']], ['b']), []).map(({ id, phases, landed, begun }) => [id, phases, landed, begun]),
      [
        ['t0', 1, 0, false],
        ['t1', 2, 1, true],
      ],
    );
  });

  it('say in word and icon how they stand', () => {
    const rows = (events: readonly EngineEvent[], live = true) =>
      tiersOf(run([['a'], ['b']], ['a']), events).map((tier) => rowOfTier(tier, live));
    assert.deepEqual(
      rows([]).map(({ icon, contextValue }) => [icon, contextValue]),
      [
        ['sync~spin', 'tier.in-progress'],
        ['circle-outline', 'tier.pending'],
      ],
    );
    assert.notEqual(rows([], false)[0]?.icon, 'sync~spin', 'Nothing spins in a run that has ended.');
    const [clean] = rows([ended('t0', 'clean', null)]);
    assert.deepEqual([clean?.description, clean?.icon, clean?.contextValue], ['clean', 'layers', 'tier.clean']);
    const [failed] = rows([ended('t0', 'failed', '1 major finding, limit 0\nMore.')]);
    assert.deepEqual([failed?.description, failed?.icon], ['gate failed · 1 major finding, limit 0', 'error']);
    assert.equal(new Map(failed?.facts).get('Found'), '1 major finding, 5 minor findings, 0 failed checks');
  });

  it('stand as they ended last: a run that was resumed goes through a tier again', () => {
    const events = [ended('t0', 'failed', 'no'), ended('t0', 'clean', null)];
    assert.equal(tiersOf(run([['a'], ['b']]), events)[0]?.end?.state, 'clean');
  });
});
