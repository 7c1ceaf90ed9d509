import assert from 'node:assert/strict';
import { phaseSpecSchema } from '../../../src/domain/spec.ts';
import type { KeptCall } from '../../../src/ledger/calls.ts';
import type { TrainingAttempt, TrainingPhase } from '../../../src/ledger/read-training.ts';
import { collect } from '../../../src/training/collect.ts';
import { createLeftOut } from '../../../src/training/left-out.ts';
import { doubtsOf, isProven } from '../../../src/training/score.ts';

const patch = (text: string) => `diff --git a/a.js b/a.js\n--- a/a.js\n+++ b/a.js\n@@ -1 +1 @@\n-old\n+${text}\n`;

const staged = {
  base: 'b',
  commit: 'c',
  tree: 't',
  ref: 'r',
  patch: patch('new'),
  files: [{ path: 'a.js', added: 1, removed: 1 }],
  repairs: [],
  flags: [],
};

function call(changes: Partial<KeptCall> = {}): KeptCall {
  return {
    callId: 'call-1',
    scope: { runId: 'run-1', tierId: null, phaseId: 'fix', attempt: 1 },
    role: 'builder',
    component: null,
    model: 'lab/north',
    servedBy: null,
    arm: null,
    startedAt: '2026-03-01T10:00:00.000Z',
    seconds: 1,
    state: 'ended',
    tokens: { input: 1, cached: 0, output: 1 },
    cost: { micros: 10, label: 'computed' },
    overrun: false,
    retries: 0,
    fault: null,
    system: 'Write patches.',
    messages: [{ role: 'user', text: 'Fix it.' }],
    tools: [],
    toolCalls: [],
    reply: 'the patch',
    replayable: true,
    ...changes,
  };
}

function attempt(changes: Partial<TrainingAttempt> = {}): TrainingAttempt {
  const result = {
    command: 'npm test',
    outcome: 'passed' as const,
    exitCode: 0,
    seconds: 1,
    output: '',
    outputHash: 'h',
    tries: 1,
  };
  return {
    attempt: 1,
    startedAt: '2026-03-01T10:00:00.000Z',
    checks: { tree: 't', results: [result], flags: [], sandbox: 'bubblewrap', withheld: null },
    audit: { findings: [], components: [], aggregated: false } as unknown as TrainingAttempt['audit'],
    staged,
    risk: { score: 12, level: 'low', parts: [] },
    proposedPatch: null,
    candidates: [],
    calls: [call()],
    costMicros: 10,
    ...changes,
  };
}

function phase(changes: Partial<TrainingPhase> = {}): TrainingPhase {
  return {
    runId: 'run-1',
    phaseId: 'fix',
    spec: phaseSpecSchema.parse({ id: 'fix', goal: 'Fix it.' }),
    recorded: false,
    landedAttempt: 1,
    rolledBack: false,
    landing: { commit: 'landed', branch: 'refs/heads/main', landedAt: '2026-03-01T10:05:00.000Z' },
    capMicros: 1000,
    attempts: [attempt()],
    ...changes,
  };
}

function collected(given: TrainingPhase, survival?: (commit: string) => number | null) {
  const leftOut = createLeftOut();
  const trajectories = collect([given], { recorded: false, ...(survival ? { survival } : {}) }, leftOut);
  return { trajectories, reasons: leftOut.list().map(({ reason }) => reason) };
}

describe('collect', () => {
  it('takes an attempt that was checked, audited and landed as proven, with the figures of its change', () => {
    const { trajectories, reasons } = collected(phase());
    assert.equal(trajectories.length, 1);
    assert.ok(trajectories[0] && isProven(trajectories[0]));
    assert.equal(trajectories[0].change?.risk, 12);
    assert.deepEqual(reasons, []);
  });

  it('leaves out a phase that opted out, whatever is still kept of it, and says so', () => {
    const spec = phaseSpecSchema.parse({ id: 'fix', goal: 'Fix it.', trajectory: 'totals' });
    const { trajectories, reasons } = collected(phase({ spec }));
    assert.deepEqual(trajectories, []);
    assert.match(reasons[0] ?? '', /opted out/);
  });

  it('leaves out what was recorded, what lost a secret, and what is not whole', () => {
    const lost = attempt({ calls: [call({ replayable: false })] });
    const cut = attempt({ calls: [call(), call({ callId: 'call-2', reply: null, replayable: false })] });
    for (const [given, reason] of [
      [phase({ recorded: true }), /recorded/],
      [phase({ attempts: [lost] }), /secret was taken out/],
      [phase({ attempts: [cut] }), /not whole/],
      [phase({ attempts: [attempt({ calls: [] })] }), /not whole/],
    ] as const) {
      const { trajectories, reasons } = collected(given);
      assert.deepEqual(trajectories, []);
      assert.ok(
        reasons.some((words) => reason.test(words)),
        reasons.join(),
      );
    }
  });

  it('labels what a person made of the hunks, and takes a changed reply for no proof', () => {
    for (const [proposedPatch, counts, doubt] of [
      [staged.patch, { accepted: 1, edited: 0, rejected: 0 }, null],
      [patch('other'), { accepted: 0, edited: 1, rejected: 0 }, /edited/],
      [`${staged.patch}@@ -9 +9 @@\n-x\n+y\n`, { accepted: 1, edited: 0, rejected: 1 }, /left a part/],
    ] as const) {
      const [trajectory] = collected(phase({ attempts: [attempt({ proposedPatch })] })).trajectories;
      assert.ok(trajectory);
      assert.deepEqual(trajectory.outcome.hunks, counts);
      assert.equal(isProven(trajectory), doubt === null);
      if (doubt) assert.match(doubtsOf(trajectory).join(), doubt);
    }
    const [edited] = collected(phase({ attempts: [attempt({ proposedPatch: patch('other') })] })).trajectories;
    assert.equal(edited?.change, undefined, 'what landed is no figure of what the model wrote');
  });

  it('takes a landing whose lines were soon replaced for no proof, and one that is too young for one', () => {
    for (const [share, proven] of [
      [0.49, false],
      [0.5, true],
      [null, true],
    ] as const) {
      const [trajectory] = collected(phase(), (commit) => (commit === 'landed' ? share : 0)).trajectories;
      assert.ok(trajectory);
      assert.equal(trajectory.outcome.survival, share);
      assert.equal(isProven(trajectory), proven, String(share));
    }
  });

  it('knows nothing of survival of an attempt that did not land', () => {
    const [trajectory] = collected(phase({ landedAttempt: null, landing: null }), () => 1).trajectories;
    assert.equal(trajectory?.outcome.survival, null);
  });
});
