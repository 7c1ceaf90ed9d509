import assert from 'node:assert/strict';
import { reviewSummarySchema } from '../../../src/contract/review-summary.ts';
import { reviewSummaryOf, type SummarySource } from '../../../src/contract/review-summary-builder.ts';
import type { Finding } from '../../../src/domain/audit.ts';
import { noSpend } from '../../../src/domain/money.ts';
import type { PhaseRecord, RunRecord } from '../../../src/domain/run.ts';
import { phaseSpecSchema } from '../../../src/domain/spec.ts';

const spec = phaseSpecSchema.parse({
  id: 'limits',
  title: 'Limits',
  goal: 'Limit it.',
  acceptance: ['A key over its limit gets 429', 'Limits survive a restart'],
  budget: { usd: 2.5 },
});
const check = {
  command: 'npm test',
  outcome: 'passed',
  exitCode: 0,
  seconds: 96,
  output: 'ok',
  outputHash: 'h',
  tries: 1,
} as const;
const finding: Finding = {
  severity: 'minor',
  category: 'tests',
  file: 'a.ts',
  line: 31,
  claim: 'No test raises a limit',
  evidence: 'limit()',
  suggestion: null,
  component: 'tests',
  model: 'lab/x',
  fingerprint: 'f1',
  confidence: 0.829,
};

function source(changes: Partial<SummarySource> = {}, phase: Partial<PhaseRecord> = {}): SummarySource {
  const staged = {
    base: 'b',
    commit: 'c',
    tree: '9c41f0aa',
    ref: 'r',
    patch: '',
    files: [{ path: 'a.ts', added: 3, removed: 1 }],
    repairs: [],
    flags: [],
  };
  const record: PhaseRecord = {
    runId: 'run',
    id: 'limits',
    tierId: 'one',
    spec,
    state: 'awaiting-review',
    failure: null,
    reason: null,
    attempts: 2,
    startedAt: null,
    endedAt: null,
    staged,
    checks: { tree: staged.tree, results: [check], flags: [], sandbox: 'bubblewrap', withheld: null },
    audit: { summary: '', findings: [finding], panel: [] },
    risk: { score: 40, level: 'medium', parts: [{ name: 'size', points: 40, detail: '246 lines changed' }] },
    verdict: { type: 'review', reasons: ['Medium risk needs a person.'] },
    landing: null,
    rolledBack: null,
    spend: { ...noSpend, cost: { micros: 1_750_000, label: 'estimated' } },
    ...phase,
  };
  const tiers = [{ phases: [{ id: 'other' }, { id: 'limits' }] }];
  return {
    run: { id: 'run', plan: { goal: 'Rate limits\nfor all', tiers } } as unknown as RunRecord,
    phase: record,
    signable: true,
    moved: false,
    dismissed: new Set(),
    standing: { hunks: 8, accepted: 0, rejected: 0, edited: 0, stale: false },
    files: new Map([['a.ts', { hunks: 8, kept: 8, line: 12 }]]),
    costs: [],
    ...changes,
  };
}

describe('the review summary', () => {
  it('says where the change stands and what it rests on', () => {
    const view = reviewSummaryOf(source());
    assert.deepEqual(reviewSummarySchema.parse(view), view);
    assert.deepEqual(view.trail, ['Rate limits', 'Phase 2 of 2', 'Attempt 2']);
    assert.equal(view.headline, 'Ready to land');
    assert.match(view.sentence, /exact tree\. No major finding is open\. Medium risk/);
    assert.deepEqual(view.criteria[0]?.checks, [{ command: 'npm test', detail: 'exit 0 · tree 9c41f0' }]);
    assert.equal(view.findings[0]?.detail, 'Minor · tests · tests reviewer, right in 83 % of its findings here');
    assert.deepEqual(view.findings[0]?.place, { path: 'a.ts', line: 31 });
    assert.equal(view.total.name, 'Phase, of $2.50 cap');
    assert.equal(view.total.amount.text, '~ $1.75');
  });

  it('calls evidence out of date once hunks are left out or the branch moved on', () => {
    const standing = { hunks: 8, accepted: 1, rejected: 2, edited: 1, stale: true };
    const view = reviewSummaryOf(source({ standing }));
    assert.equal(view.headline, 'Evidence is out of date for 2 criteria');
    assert.deepEqual(
      view.criteria.map(({ word }) => word),
      ['Out of date', 'Out of date'],
    );
    assert.match(view.sentence, /2 hunks and edited 1 hunk/);
    assert.match(reviewSummaryOf(source({ moved: true })).sentence, /branch moved on/);
  });

  it('counts what is not shown, and calls a major finding what it is', () => {
    const spoken = { ...finding, category: 'spec', claim: '1. Nothing answers 429' } as const;
    const doubted = reviewSummaryOf(source({}, { audit: { summary: '', findings: [spoken], panel: [] } }));
    assert.equal(doubted.headline, 'Ready, with one criterion not shown');
    assert.equal(doubted.criteria[0]?.findings, 1);
    const major = { ...spoken, severity: 'major' } as const;
    const blocked = reviewSummaryOf(source({}, { audit: { summary: '', findings: [major], panel: [] } }));
    assert.equal(blocked.headline, '1 major finding blocks this change');
    assert.equal(blocked.criteria[0]?.word, 'Not met');
  });

  it('never calls ready what was not checked', () => {
    const checks = {
      tree: '9c41f0aa',
      results: [],
      flags: [],
      sandbox: 'none',
      withheld: 'It touches a lock.',
    } as const;
    const view = reviewSummaryOf(source({}, { checks: { ...checks, results: [], flags: [] } }));
    assert.equal(view.headline, 'Not checked yet');
    assert.match(view.sentence, /It touches a lock/);
    assert.ok(view.criteria.every(({ word }) => word === 'Not shown'));
  });

  it('never says that checks passed where none ran', () => {
    const checks = { tree: '9c41f0aa', results: [], flags: [], sandbox: 'none', withheld: null } as const;
    const { sentence, criteria } = reviewSummaryOf(source({}, { checks: { ...checks, results: [], flags: [] } }));
    assert.match(sentence, /^No check ran\./);
    assert.ok(criteria.every(({ word }) => word === 'Not shown'));
  });

  it('sets dismissed findings apart', () => {
    const view = reviewSummaryOf(source({ dismissed: new Set(['f1']) }));
    assert.deepEqual(view.findings, []);
    assert.deepEqual(view.aside, ['No test raises a limit (dismissed by you)']);
  });

  it('says what became of a change that no longer waits', () => {
    const landing = { commit: 'a41c9e2ffff', parent: 'p', tree: 't', branch: 'refs/heads/main' };
    const landed = reviewSummaryOf(source({ signable: false }, { state: 'landed', landing }));
    assert.deepEqual([landed.state, landed.stateWord], ['landed', 'Landed a41c9e2']);
    assert.match(landed.sentence, /^One commit on main\./);
    const taken = reviewSummaryOf(source({ signable: false }, { state: 'landed', landing, rolledBack: 'c' }));
    assert.deepEqual([taken.state, taken.stateWord], ['closed', 'Rolled back']);
    const rejected = reviewSummaryOf(source({ signable: false }, { state: 'rejected', reason: 'Rejected by you.' }));
    assert.deepEqual([rejected.stateWord, rejected.sentence], ['Rejected', 'Rejected by you.']);
  });
});
