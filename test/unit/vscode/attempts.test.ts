import assert from 'node:assert/strict';
import type { Workspace } from '../../../src/compose.ts';
import type { EngineEvent } from '../../../src/domain/event.ts';
import { openAttempts } from '../../../src/vscode/runs/attempts.ts';

const common = { runId: 'run-1', phaseId: 'greet', stage: 'COMPLETE', at: '2026-03-04T11:55:00Z' } as const;
const started = (attempt: number) =>
  ({ ...common, attempt, type: 'attempt-start', model: 'lab/one', reason: 'configured' }) as const;
const because = { kind: 'checks', summary: 'npm test failed.', detail: '', signature: 'x' } as const;
const cost = { micros: 5, label: 'billed' } as const;
const called = (attempt: number) =>
  ({
    ...common,
    attempt,
    type: 'call-end',
    callId: 'c',
    role: 'builder',
    model: 'lab/one',
    tokens: { input: 1, cached: 0, output: 1 },
    cost,
    seconds: 1,
    overrun: false,
    fault: null,
  }) as const;

/** A store that knows these events, and counts how many it gave. */
function storeOf(drafts: readonly object[]) {
  const events = drafts.map((draft, index) => ({ ...draft, eventId: String(index).padStart(5, '0') })) as EngineEvent[];
  let given = 0;
  const ledger = {
    events(_run: string, { after = '', limit = 1 }: { after?: string; limit?: number }) {
      const page = events.filter(({ eventId }) => eventId > after).slice(0, limit);
      given += page.length;
      return page;
    },
  };
  return { workspace: { ledger } as unknown as Workspace, events, given: () => given };
}

describe('Attempts of a run', () => {
  it('are read from its events, each with its outcome and its price', async () => {
    const revise = { ...common, attempt: 1, type: 'verdict-reached', verdict: { type: 'revise', because }, risk: null };
    const review = {
      ...common,
      attempt: 2,
      type: 'verdict-reached',
      verdict: { type: 'review', reasons: [] },
      risk: null,
    };
    const { workspace } = storeOf([started(1), called(1), called(1), revise, started(2), called(2), review]);
    const attempts = await openAttempts()(workspace, 'run-1');
    assert.deepEqual(
      attempts.map(({ number, outcome, because: why, spend }) => [number, outcome, why, spend.cost.micros]),
      [
        [1, 'failed', 'npm test failed.', 10],
        [2, 'passed', null, 5],
      ],
    );
  });

  it('are not live any more once their phase has ended', async () => {
    const end = {
      ...common,
      type: 'phase-end',
      state: 'cancelled',
      failure: null,
      reason: 'Interrupted.',
      fault: null,
    };
    const { workspace } = storeOf([started(1), end]);
    const [attempt] = await openAttempts()(workspace, 'run-1');
    assert.equal(attempt?.outcome, 'failed');
    assert.equal(attempt?.because, 'Interrupted.');
  });

  it('are read once: the next time only what is new', async () => {
    const many = Array.from({ length: 40 }, (_, index) => called(index === 0 ? 1 : 1));
    const store = storeOf([started(1), ...many]);
    const attemptsOf = openAttempts();
    await attemptsOf(store.workspace, 'run-1');
    const first = store.given();
    await attemptsOf(store.workspace, 'run-1');
    assert.equal(first, 41);
    assert.equal(store.given(), first);
  });
});
