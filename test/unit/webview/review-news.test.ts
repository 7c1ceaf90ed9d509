import assert from 'node:assert/strict';
import type { ReviewSummaryView } from '../../../src/contract/review-summary.ts';
import { newsOf } from '../../../src/webview/review/news.ts';

const amount = { text: '= $0.10', label: 'computed', spoken: '$0.10' } as const;

function view(changes: Partial<ReviewSummaryView> = {}): ReviewSummaryView {
  return {
    runId: 'run',
    phaseId: 'greet',
    title: 'Greet',
    trail: [],
    state: 'waits',
    stateWord: 'Waits for your signature',
    tone: 'good',
    headline: 'Ready to land',
    sentence: '',
    standing: { hunks: 8, accepted: 0, rejected: 0, edited: 0, stale: false },
    criteria: [],
    findings: [],
    aside: [],
    risk: null,
    checks: [],
    checkNotes: [],
    files: [],
    costs: [],
    total: { name: 'Phase', amount },
    ...changes,
  };
}

describe('What a review summary says aloud', () => {
  it('is nothing of what was there when it opened, or when it turned to another review', () => {
    assert.deepEqual(newsOf(null, view()), []);
    assert.deepEqual(newsOf(view(), view({ phaseId: 'other', headline: 'Not checked yet' })), []);
  });

  it('is the verdict where that changed, else how many hunks are decided', () => {
    assert.deepEqual(newsOf(view(), view({ headline: 'Landed' })), ['Landed']);
    const decided = view({ standing: { hunks: 8, accepted: 1, rejected: 1, edited: 0, stale: false } });
    assert.deepEqual(newsOf(view(), decided), ['2 of 8 hunks decided']);
    assert.deepEqual(newsOf(decided, { ...decided, headline: 'Evidence is out of date' }), ['Evidence is out of date']);
  });

  it('is never a cost or a time', () => {
    const dearer = view({ total: { name: 'Phase', amount: { ...amount, text: '= $0.20' } } });
    assert.deepEqual(newsOf(view(), dearer), []);
  });
});
