import assert from 'node:assert/strict';
import { phaseViewSchema } from '../../../src/contract/trajectories-phase.ts';
import { createTimeline, type Timeline } from '../../../src/contract/trajectories-timeline.ts';
import { type EngineEvent, engineEventSchema } from '../../../src/domain/event.ts';
import { atSecond, because, eventsOf, finding, result, twoAttempts } from './trajectories-events.ts';

function told(events: readonly EngineEvent[]): Timeline {
  const timeline = createTimeline();
  for (const event of events) timeline.add(event);
  return timeline;
}

const named = (timeline: Timeline, live = false) =>
  timeline.steps(live).map(({ attempt, name, subject, note }) => [attempt, name, subject, note].join('|'));

const begun = { type: 'attempt-start', attempt: 1, model: 'lab/mini', reason: 'first' };

describe('The timeline of a phase', () => {
  it('is told by real events', () => {
    for (const event of twoAttempts) engineEventSchema.parse(event);
  });

  it('has a step for each call, change, check, verdict and wait, in order', () => {
    assert.deepEqual(named(told(twoAttempts)), [
      '1|Builder|mini|',
      '1|Stage change||1 file, +3 −1, 1 repair',
      '1|Check|npm test|exit 1',
      '1|Verdict||npm test failed.',
      '2|Builder|large|',
      '2|Wait|rate limit|lab asks to wait 12 s. Tried again after 12 s.',
      '2|Stage change||1 file, +3 −1, 1 repair',
      '2|Audit|correctness|1 minor finding',
      '2|Verdict||A person signs this change.',
      '2|Wait|your signature|Autonomy is review.',
    ]);
  });

  it('fits the message that carries it', () => {
    const timeline = told(twoAttempts);
    const { steps, attempts, findings, verdicts } = phaseViewSchema.shape;
    assert.doesNotThrow(() => steps.parse(timeline.steps(false)));
    assert.doesNotThrow(() => attempts.parse(timeline.attempts(false)));
    assert.doesNotThrow(() => findings.parse(timeline.findings()));
    assert.doesNotThrow(() => verdicts.parse(timeline.verdicts()));
  });

  it('knows when each began and ended, how it went and what it cost', () => {
    const [call, , check] = told(twoAttempts).steps(false);
    assert.deepEqual([call?.startMs, call?.endMs], [atSecond(0), atSecond(2)]);
    assert.equal(call?.amount?.text, '= $0.21');
    assert.deepEqual(call?.tokens, { input: 1000, cached: 400, output: 100 });
    assert.deepEqual([check?.startMs, check?.endMs, check?.outcome], [atSecond(3), atSecond(7), 'bad']);
  });

  it('sums an attempt from its calls', () => {
    const [first, second] = told(twoAttempts).attempts(false);
    assert.deepEqual([first?.calls, first?.amount.text, first?.words], [1, '= $0.21', 'npm test failed.']);
    assert.deepEqual([second?.calls, second?.amount.text, second?.outcome], [2, '= $0.42', 'warning']);
    assert.deepEqual([first?.startMs, first?.endMs], [atSecond(0), atSecond(8)]);
  });

  it('keeps the result of a check and the change of an attempt', () => {
    const timeline = told(twoAttempts);
    const check = timeline.steps(false).find(({ kind }) => kind === 'check');
    assert.equal(timeline.check(check?.id ?? '')?.output, result.output);
    assert.equal(timeline.check('none'), null);
    assert.equal(timeline.staged(2)?.patch, 'diff two');
    assert.equal(timeline.staged(3), null);
  });

  it('takes checks from the report where they were not told one by one', () => {
    const report = {
      tree: 'c',
      results: [result, { ...result, command: 'npm run lint' }],
      flags: [],
      sandbox: 'none',
      withheld: null,
    };
    const timeline = told(eventsOf([0, begun], [20, { type: 'checks-end', attempt: 1, report }]));
    assert.deepEqual(
      timeline.steps(false).map(({ subject, startMs, endMs }) => [subject, startMs, endMs]),
      [
        ['npm test', atSecond(12), atSecond(16)],
        ['npm run lint', atSecond(16), atSecond(20)],
      ],
    );
  });

  it('says why no check ran', () => {
    const report = { tree: 'c', results: [], flags: [], sandbox: 'none', withheld: 'A protected path.' };
    assert.deepEqual(named(told(eventsOf([0, begun], [2, { type: 'checks-end', attempt: 1, report }]))), [
      '1|Check|not run|A protected path.',
    ]);
  });

  it('shows what runs while the run is live, and as cut off once it is not', () => {
    const events = eventsOf(
      [0, begun],
      [
        1,
        {
          type: 'call-start',
          attempt: 1,
          callId: 'c',
          role: 'builder',
          model: 'lab/mini',
          reserved: { tokens: 1, micros: 1 },
        },
      ],
      [5, { type: 'check-start', attempt: 1, command: 'npm test' }],
    );
    assert.deepEqual(
      told(events)
        .steps(true)
        .map(({ endMs, outcome }) => [endMs, outcome]),
      [
        [null, 'live'],
        [null, 'live'],
      ],
    );
    assert.equal(told(events).attempts(true)[0]?.outcome, 'live');
    const cut = told(events).steps(false);
    assert.ok(cut.every(({ endMs, note }) => endMs !== null && note === 'cut off'));
    assert.equal(told(events).attempts(false)[0]?.words, 'cut off');
  });

  it('ends the wait for a person with what was decided', () => {
    const decided = eventsOf(
      [90, { type: 'review-decided', attempt: 2, decision: 'approve', note: null }],
      [
        91,
        { type: 'phase-landed', landing: { commit: 'abcdef0123', parent: 'p', tree: 't', branch: 'refs/heads/main' } },
      ],
    );
    const timeline = told([...twoAttempts, ...decided]);
    assert.deepEqual(named(timeline).slice(-2), ['2|Wait|your signature|approved by you', '0|Land||abcdef0']);
    assert.equal(timeline.attempts(false)[1]?.outcome, 'good');
    assert.equal(timeline.verdicts()[1]?.decision, 'approved by you');
  });

  it('marks a reviewer without an answer, and a change that did not fit', () => {
    const fault = { code: 'patch/changes-nothing' };
    const timeline = told(
      eventsOf(
        [0, begun],
        [
          1,
          {
            type: 'call-end',
            attempt: 1,
            callId: 'c',
            component: 'correctness',
            role: 'auditor',
            model: 'lab/large',
            tokens: { input: 1, cached: 0, output: 1 },
            cost: { micros: 0, label: 'unknown' },
            seconds: 1,
            overrun: false,
            fault: null,
          },
        ],
        [
          1,
          {
            type: 'audit-end',
            attempt: 1,
            audit: {
              summary: '',
              findings: [],
              panel: [{ component: 'correctness', model: null, failure: 'No JSON.' }],
            },
          },
        ],
        [2, { type: 'patch-refused', attempt: 1, fault }],
      ),
    );
    const [audit, stage] = timeline.steps(false);
    assert.deepEqual([audit?.outcome, audit?.note, audit?.amount?.text], ['bad', 'No JSON.', '? unknown']);
    assert.equal(stage?.outcome, 'bad');
    assert.equal(timeline.attempts(false)[0]?.outcome, 'bad');
  });

  it('lists findings with the attempt that they are of, and verdicts with their risk', () => {
    const timeline = told(twoAttempts);
    const { fingerprint: _, ...shown } = finding;
    assert.deepEqual(timeline.findings(), [{ attempt: 2, ...shown }]);
    assert.deepEqual(
      timeline.verdicts().map(({ attempt, sentence, reasons, risk }) => [attempt, sentence, reasons, risk?.score]),
      [
        [1, because.summary, [because.detail], undefined],
        [2, 'A person signs this change.', ['Autonomy is review.'], 40],
      ],
    );
  });

  it('has a step for what the Builder read, used and chose from', () => {
    const report = {
      budgetTokens: 20_000,
      usedTokens: 8200,
      gatherers: [{ name: 'history', outcome: 'timed-out', seconds: 5, detail: null }],
      shown: [{ gatherer: 'scope', title: 'src/a.ts', form: 'whole', tokens: 120 }],
      cut: [{ gatherer: 'scope', title: 'src/b.ts', why: 'no room' }],
    };
    const use = {
      tool: 'read_file',
      category: 'read',
      request: 'src/a.ts',
      outcome: 'refused',
      bytes: 0,
      seconds: 1,
      detail: 'outside',
    };
    const reply = { temperature: null, commit: null, majors: 0, minors: 0, lines: 3, risk: null, reply: null };
    const candidates = [
      { number: 1, model: 'lab/mini', rank: 2, outcome: 'checks-failed', reason: 'Its checks failed.', ...reply },
      { number: 2, model: 'lab/large', rank: 1, outcome: 'passed', reason: 'It passed.', ...reply },
    ];
    const events = eventsOf(
      [0, begun],
      [2, { type: 'context-gathered', attempt: 1, report }],
      [4, { type: 'tool-used', attempt: 1, use }],
      [9, { type: 'candidates-ranked', attempt: 1, candidates }],
    );
    for (const event of events) engineEventSchema.parse(event);
    const timeline = told(events);
    assert.deepEqual(named(timeline), [
      '1|Gather context||8,200 of 20,000 tokens',
      '1|Tool|read_file|refused: outside',
      '1|Rank candidates||2 of 2 chosen',
    ]);
    const texts = timeline.steps(false).map(({ id }) => timeline.texts(id).map(({ text }) => text));
    assert.deepEqual(texts, [
      ['src/a.ts · whole · 120 tokens', 'src/b.ts: no room', 'history timed out'],
      ['src/a.ts'],
      ['1. candidate 2 · lab/large: It passed.\n2. candidate 1 · lab/mini: Its checks failed.'],
    ]);
    const [context, tool] = timeline.steps(false);
    assert.deepEqual([context?.startMs, context?.endMs], [atSecond(0), atSecond(2)]);
    assert.deepEqual([tool?.startMs, tool?.endMs, tool?.outcome], [atSecond(3), atSecond(4), 'warning']);
  });
});
