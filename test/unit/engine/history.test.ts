import assert from 'node:assert/strict';
import type { EngineEvent, EventDraft } from '../../../src/domain/event.ts';
import { noSpend } from '../../../src/domain/money.ts';
import { type PhaseSpec, phaseSpecSchema } from '../../../src/domain/spec.ts';
import { changesSince } from '../../../src/engine/freeze.ts';
import { basesOf, passagesOf, reportsOf } from '../../../src/engine/history.ts';
import { checkDifferences, firstDifference } from '../../../src/engine/milestones.ts';

const spec: PhaseSpec = phaseSpecSchema.parse({ id: 'one', goal: 'Do it.' });

function eventsOf(...drafts: readonly EventDraft[]): readonly EngineEvent[] {
  return drafts.map((draft, index) => ({ eventId: `e${index}`, runId: 'r', at: '', ...draft }) as EngineEvent);
}

const start = (base: string): EventDraft => ({
  type: 'phase-start',
  stage: 'ACK',
  phaseId: 'one',
  spec,
  tierId: 't',
  base,
});
const attempt = (number: number, base: string): EventDraft => ({
  type: 'attempt-start',
  stage: 'DISPATCH',
  phaseId: 'one',
  attempt: number,
  model: 'lab/x',
  reason: '',
  base,
});
const end = (state: 'landed' | 'cancelled' | 'awaiting-review'): EventDraft => ({
  type: 'phase-end',
  stage: 'COMPLETE',
  phaseId: 'one',
  state,
  failure: null,
  reason: null,
  fault: null,
  attempts: 1,
  commit: null,
  spend: noSpend,
});
const sentBack: EventDraft = {
  type: 'review-decided',
  stage: 'ACK',
  phaseId: 'one',
  attempt: 1,
  decision: 'revise',
  note: 'Shorter.',
};
const checks = (tree: string, outcome: 'passed' | 'failed' | 'not-startable', seconds = 1): EventDraft => ({
  type: 'checks-end',
  stage: 'COMPLETE',
  phaseId: 'one',
  attempt: 1,
  report: {
    tree,
    results: [{ command: 'x', outcome, exitCode: 0, seconds, output: '', outputHash: '', tries: 1 }],
    flags: [],
    sandbox: 'none',
    withheld: null,
  },
});

describe('what went before in a phase', () => {
  it('is one passage where nothing came in between', () => {
    const [passage, ...more] = passagesOf(
      eventsOf(start('b1'), attempt(1, 'b1'), attempt(2, 'b2'), end('landed')),
      'one',
    );
    assert.equal(more.length, 0);
    assert.deepEqual([passage?.firstAttempt, passage?.end?.state, passage?.asked], [1, 'landed', null]);
    assert.ok(passage);
    assert.deepEqual(
      [...basesOf(passage)],
      [
        [1, 'b1'],
        [2, 'b2'],
      ],
    );
  });

  it('is replaced by a passage that goes through the same attempts again', () => {
    const events = eventsOf(
      start('b1'),
      attempt(1, 'b1'),
      attempt(2, 'b1'),
      start('b1'),
      attempt(1, 'b1'),
      end('landed'),
    );
    const passages = passagesOf(events, 'one');
    assert.equal(passages.length, 1);
    assert.equal(passages[0]?.end?.state, 'landed');
  });

  it('has no end where its process died, and an attempt to come where it died before the first', () => {
    const [passage] = passagesOf(eventsOf(start('b1')), 'one');
    assert.deepEqual([passage?.end, passage?.firstAttempt], [null, 1]);
    const behind = passagesOf(
      eventsOf(start('b1'), attempt(1, 'b1'), end('awaiting-review'), sentBack, start('b2')),
      'one',
    );
    assert.deepEqual(
      behind.map(({ firstAttempt }) => firstAttempt),
      [1, 2],
    );
  });

  it('begins with what a person asked for, where that is why it began', () => {
    const events = eventsOf(
      start('b1'),
      attempt(1, 'b1'),
      end('awaiting-review'),
      sentBack,
      start('b1'),
      attempt(2, 'b1'),
    );
    const [first, second] = passagesOf(events, 'one');
    assert.equal(first?.asked, null);
    assert.match(second?.asked?.because.detail ?? '', /Shorter/);
    const approved = eventsOf(start('b1'), attempt(1, 'b1'), end('cancelled'), start('b1'), attempt(2, 'b1'));
    assert.equal(passagesOf(approved, 'one').at(-1)?.asked, null);
  });

  it('knows nothing of other phases', () => {
    assert.deepEqual(passagesOf(eventsOf(start('b1'), attempt(1, 'b1')), 'two'), []);
  });

  it('keeps the newest report of each tree as evidence, and none that the environment spoilt', () => {
    const reports = reportsOf(
      eventsOf(checks('a', 'passed', 1), checks('a', 'passed', 2), checks('b', 'failed'), checks('c', 'not-startable')),
    );
    assert.deepEqual([...reports.keys()], ['one a', 'one b']);
    assert.equal(reports.get('one a')?.results[0]?.seconds, 2);
  });
});

describe('what a run is begun with', () => {
  it('names each value that is another, is gone or is new', () => {
    assert.deepEqual(changesSince({ a: '1', b: '2', c: '3' }, { a: '1', b: '4', d: '5' }), [
      '`b` was 2 and is 4',
      '`c` was 3 and is not set',
      '`d` was not set and is 5',
    ]);
    assert.deepEqual(changesSince({ a: '1' }, { a: '1' }), []);
  });
});

describe('what a replay compares', () => {
  it('shows the first line that differs, of each', () => {
    assert.deepEqual(firstDifference('a\nb\nc', 'a\nx\nc'), { recorded: 'line 2: b', replayed: 'line 2: x' });
    assert.deepEqual(firstDifference('a', 'a\nb'), { recorded: 'ends before', replayed: 'line 2: b' });
    assert.deepEqual(firstDifference('a\nb', 'a'), { recorded: 'line 2: b', replayed: 'ends before' });
    assert.equal(firstDifference('x'.repeat(9999), '').recorded.length < 300, true);
  });

  it('compares checks by outcome and exit code, not by their time or words', () => {
    const [passed, failed] = eventsOf(checks('a', 'passed', 1), checks('a', 'failed', 1)).flatMap((event) =>
      event.type === 'checks-end' ? [event.report] : [],
    );
    const [later] = eventsOf(checks('a', 'passed', 99)).flatMap((event) =>
      event.type === 'checks-end' ? [event.report] : [],
    );
    assert.ok(passed && failed && later);
    assert.deepEqual(checkDifferences(passed, later), []);
    assert.deepEqual(checkDifferences(passed, failed), [
      { about: 'x', recorded: 'passed, exit code 0', replayed: 'failed, exit code 0' },
    ]);
    assert.deepEqual(checkDifferences(passed, { ...passed, results: [] }), [
      { about: 'x', recorded: 'passed, exit code 0', replayed: 'not run' },
    ]);
  });
});
