import assert from 'node:assert/strict';
import { noSpend } from '../../../src/domain/money.ts';
import type { PhaseRecord } from '../../../src/domain/run.ts';
import { phaseSpecSchema } from '../../../src/domain/spec.ts';
import { type RunFacts, rowOfPhase, rowOfRun } from '../../../src/vscode/runs/rows.ts';

const now = new Date('2026-03-04T12:00:00Z');
const spend = {
  calls: 2,
  tokens: { input: 900, cached: 0, output: 100 },
  cost: { micros: 20_000, label: 'computed' },
} as const;

function run(changes: Partial<RunFacts> = {}): RunFacts {
  return {
    id: '20260304-115500-0a1b',
    goal: 'A friendlier service\nin three phases',
    state: 'running',
    reason: null,
    recorded: false,
    startedAt: '2026-03-04T11:55:00Z',
    phases: 3,
    landed: 1,
    waiting: 0,
    spend,
    ...changes,
  };
}

function phase(changes: Partial<PhaseRecord> = {}): PhaseRecord {
  return {
    runId: 'run-1',
    id: 'greet',
    tierId: 'phases',
    spec: phaseSpecSchema.parse({ id: 'greet', title: 'Greet people', goal: 'Greet them.' }),
    state: 'queued',
    failure: null,
    reason: null,
    attempts: 0,
    startedAt: null,
    endedAt: null,
    staged: null,
    checks: null,
    audit: null,
    risk: null,
    verdict: null,
    landing: null,
    rolledBack: null,
    spend: noSpend,
    ...changes,
  };
}

const landing = { commit: 'a41c9e2f00', parent: 'b', tree: 'c', branch: 'refs/heads/main' };

describe('A row of a run', () => {
  it('says how far it is and what it cost, on one line', () => {
    const row = rowOfRun(run(), true, now);
    assert.equal(row.label, 'A friendlier service');
    assert.match(row.description, /^1 of 3 landed · = \$0\.0200 · /);
    assert.equal(row.icon, 'sync~spin');
  });

  it('that was cut off does not look as if it ran', () => {
    const row = rowOfRun(run(), false, now);
    assert.match(row.description, /^cut off/);
    assert.equal(row.icon, 'circle-slash');
  });

  it('can be rolled back once something of it landed and it has ended', () => {
    assert.equal(rowOfRun(run({ state: 'done', landed: 3 }), false, now).contextValue, 'run.done');
    assert.equal(rowOfRun(run({ state: 'failed', landed: 0 }), false, now).contextValue, 'run.failed.resumable');
    assert.equal(rowOfRun(run({ state: 'running', landed: 1 }), true, now).contextValue, 'run.running');
  });

  it('can be resumed where it stopped before its end, and is told apart from one that is paused', () => {
    const context =
      (...parameters: Parameters<typeof run>) =>
      (live: boolean) =>
        rowOfRun(run(...parameters), live, now).contextValue;
    assert.equal(context({ state: 'paused', landed: 1 })(true), 'run.paused');
    assert.equal(context({ state: 'paused', landed: 0 })(false), 'run.cut-off.resumable');
    assert.equal(context({ state: 'running', landed: 0 })(false), 'run.cut-off.resumable');
    assert.equal(context({ state: 'cancelled', landed: 0 })(false), 'run.cancelled.resumable');
    assert.equal(context({ state: 'failed', landed: 2 })(false), 'run.done.resumable');
    assert.equal(context({ state: 'awaiting-review', landed: 0 })(false), 'run.awaiting-review');
  });

  it('never shows a cost where no call was made', () => {
    assert.doesNotMatch(rowOfRun(run({ spend: noSpend }), true, now).description, /\$/);
  });

  it('says that recorded replies cost nothing', () => {
    const facts = new Map(rowOfRun(run({ recorded: true }), true, now).facts);
    assert.match(facts.get('Cost') ?? '', /recorded replies, no model was called/);
  });
});

describe('A row of a phase', () => {
  it('names the commit that landed', () => {
    const row = rowOfPhase(phase({ state: 'landed', landing }), false);
    assert.equal(row.description, 'a41c9e2');
    assert.equal(row.contextValue, 'phase.landed');
  });

  it('that was rolled back can not be rolled back again', () => {
    const row = rowOfPhase(phase({ state: 'landed', landing, rolledBack: 'd'.repeat(40) }), false);
    assert.equal(row.contextValue, 'phase.rolled-back');
    assert.equal(row.description, 'rolled back');
  });

  it('offers its review where it can be signed, also after the user’s own files stood in the way', () => {
    assert.equal(rowOfPhase(phase({ state: 'awaiting-review' }), true).contextValue, 'phase.awaiting-review.signable');
    assert.equal(
      rowOfPhase(phase({ state: 'failed', failure: 'environment' }), true).contextValue,
      'phase.failed.environment.signable',
    );
  });

  it('tells a cap from a defect', () => {
    assert.equal(rowOfPhase(phase({ state: 'failed', failure: 'budget' }), false).icon, 'credit-card');
    assert.equal(rowOfPhase(phase({ state: 'failed', failure: 'fault' }), false).icon, 'error');
  });

  it('gives the first line of a reason alone', () => {
    const row = rowOfPhase(phase({ state: 'rejected', reason: 'npm test failed.\nlong output' }), false);
    assert.equal(row.description, 'npm test failed.');
  });
});
