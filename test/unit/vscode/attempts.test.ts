import assert from 'node:assert/strict';
import { describeFault } from '../../../src/domain/describe-fault.ts';
import { noSpend } from '../../../src/domain/money.ts';
import { attemptOf } from '../../../src/vscode/runs/attempts.ts';

type AttemptRecord = Parameters<typeof attemptOf>[0];

const under: AttemptRecord = {
  runId: 'run-1',
  phaseId: 'greet',
  attempt: 2,
  model: 'lab/one',
  reason: 'configured',
  arm: null,
  version: null,
  startedAt: '2026-03-04T11:55:00.000Z',
  endedAt: null,
  refused: null,
  verdict: null,
  spend: noSpend,
};
const ended = { ...under, endedAt: '2026-03-04T11:56:00.000Z' };
const because = { kind: 'checks', summary: 'npm test failed.', detail: '', signature: 'x' } as const;
const refused = { code: 'patch/changes-nothing' } as const;

describe('An attempt in the tree', () => {
  const cases: readonly [string, AttemptRecord, string, string | null][] = [
    ['is live until it ends', under, 'live', null],
    ['passed where a person is to sign', { ...ended, verdict: { type: 'review', reasons: [] } }, 'passed', null],
    ['passed where it may land', { ...under, verdict: { type: 'land', reasons: [] } }, 'passed', null],
    [
      'failed with what its verdict says',
      { ...ended, verdict: { type: 'revise', because } },
      'failed',
      because.summary,
    ],
    ['failed for good', { ...ended, verdict: { type: 'stop', because, fault: null } }, 'failed', because.summary],
    ['failed where its patch was refused', { ...ended, refused }, 'failed', describeFault(refused).message],
    [
      'passed with another patch than the refused one',
      { ...ended, refused, verdict: { type: 'land', reasons: [] } },
      'passed',
      null,
    ],
    ['failed with its phase where it was cut off', ended, 'failed', 'Interrupted.'],
  ];
  for (const [what, record, outcome, why] of cases) {
    it(what, () => {
      const attempt = attemptOf(record, 'Interrupted.');
      assert.deepEqual([attempt.outcome, attempt.because], [outcome, why]);
      assert.deepEqual([attempt.number, attempt.model, attempt.route], [2, 'lab/one', 'configured']);
    });
  }
});
