import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ToTrajectories, TrajectoriesDraft } from '../../../src/contract/trajectories-messages.ts';
import type { PhaseView } from '../../../src/contract/trajectories-phase.ts';
import type { PhaseState, RunRecord } from '../../../src/domain/run.ts';
import { acknowledged } from '../../../src/vscode/acknowledged.ts';
import { changesOf } from '../../../src/vscode/trajectories/phase-changes.ts';
import { choosePhase } from '../../../src/vscode/trajectories/places.ts';
import { ledgerFilter } from '../../../src/vscode/trajectories/run-list.ts';
import { mergePhase } from '../../../src/webview/trajectories/merge-phase.ts';

describe('Messages to the page', () => {
  const posts = (lateMs: number) => {
    const sent: ToTrajectories[] = [];
    const lines: string[] = [];
    const queue = acknowledged<TrajectoriesDraft>({
      component: 'trajectories',
      post: (message) => sent.push(message),
      log: (line) => lines.push(line),
      lateMs,
    });
    return { sent, lines, queue };
  };
  const fault = { type: 'fault', message: 'm', remedy: 'r' } as const;

  it('are numbered', () => {
    const { sent, queue } = posts(1000);
    queue.send(fault);
    queue.send(fault);
    assert.deepEqual(
      sent.map(({ id }) => id),
      [1, 2],
    );
    queue.forget();
  });

  it('that nobody acknowledges are logged with their fields and their place in the queue', async () => {
    const { lines, queue } = posts(20);
    queue.send(fault, { runId: 'r', phaseId: 'p' });
    queue.send(fault);
    await sleep(200);
    assert.deepEqual(lines, [
      'EID=1 RID=r PID=p UID=fault COMP=trajectories STAGE=ACK not acknowledged in 0.02 s, 1 of 2 in the queue',
      'EID=2 RID=- PID=- UID=fault COMP=trajectories STAGE=ACK not acknowledged in 0.02 s, 2 of 2 in the queue',
    ]);
  });

  it('that were acknowledged or forgotten are not', async () => {
    const { lines, queue } = posts(20);
    queue.send(fault);
    queue.acknowledge(1);
    queue.acknowledge(99);
    queue.send(fault);
    queue.forget();
    await sleep(100);
    assert.deepEqual(lines, []);
  });
});

describe('The phase to look at', () => {
  const run = (...states: readonly PhaseState[]) =>
    ({
      phases: states.map((state, index) => ({ id: `p${index}`, state, startedAt: state === 'queued' ? null : 'now' })),
    }) as unknown as Pick<RunRecord, 'phases'>;

  it('is the one that is named, if there is one', () => {
    assert.equal(choosePhase(run('landed', 'landed'), 'p1'), 'p1');
    assert.equal(choosePhase(run('landed'), 'p9'), null);
    assert.equal(choosePhase(null, null), null);
  });

  it('is else the one at work, then what waits, then what failed, then the last that began', () => {
    assert.equal(choosePhase(run('awaiting-review', 'checking', 'failed'), null), 'p1');
    assert.equal(choosePhase(run('rejected', 'awaiting-review'), null), 'p1');
    assert.equal(choosePhase(run('landed', 'stuck', 'queued'), null), 'p1');
    assert.equal(choosePhase(run('landed', 'landed', 'queued'), null), 'p1');
    assert.equal(choosePhase(run('queued', 'queued'), null), 'p0');
  });
});

describe('What changed in a phase', () => {
  const step = (id: string, startMs: number, note = '') => ({ id, startMs, note });
  const view = (change: object): PhaseView =>
    ({
      runId: 'r',
      phaseId: 'p',
      phases: [{ id: 'p', title: 'P', state: 'building' }],
      facts: { state: 'building' },
      attempts: [],
      steps: [step('a', 1)],
      findings: [],
      verdicts: [],
      ...change,
    }) as unknown as PhaseView;

  it('is nothing where nothing is new', () => {
    assert.equal(changesOf(view({}), view({})), null);
  });

  it('is only the steps that are new or other', () => {
    const now = view({ steps: [step('a', 1, 'ended'), step('b', 2)] });
    assert.deepEqual(changesOf(view({ steps: [step('a', 1), step('b', 2)] }), now)?.steps, [step('a', 1, 'ended')]);
  });

  it('merges into what was there to what is there now', () => {
    const before = view({ steps: [step('b', 5), step('a', 1)] });
    const now = view({ steps: [step('a', 1), step('c', 3), step('b', 5, 'x')], facts: { state: 'checking' } });
    const changes = changesOf(before, now);
    assert.ok(changes);
    const merged = mergePhase(before, changes);
    assert.deepEqual(merged.steps, now.steps);
    assert.equal(merged.phases[0]?.state, 'checking');
  });
});

describe('Filters of the panel', () => {
  const none = { text: ' ', state: null, model: null, category: null, days: null, leastMicros: null };

  it('ask nothing of the store where they are empty', () => {
    assert.deepEqual(ledgerFilter(none, new Date()), {});
  });

  it('count days back from now', () => {
    const filter = ledgerFilter({ ...none, text: ' a ', days: 7, leastMicros: 5 }, new Date('2026-03-08T12:00:00Z'));
    assert.deepEqual(filter, { text: 'a', since: '2026-03-01T12:00:00.000Z', leastMicros: 5 });
  });
});
