import assert from 'node:assert/strict';
import { noSpend } from '../../../../src/domain/money.ts';
import type { PhaseRecord } from '../../../../src/domain/run.ts';
import { phaseSpecSchema } from '../../../../src/domain/spec.ts';
import { criterionWords, lastResultWords } from '../../../../src/vscode/specs/last-result.ts';

const criterion = 'It greets in French';

function record(changes: Partial<PhaseRecord>): PhaseRecord {
  return {
    runId: 'r',
    id: 'p',
    tierId: null,
    spec: phaseSpecSchema.parse({ id: 'p', goal: 'g', acceptance: [criterion] }),
    state: 'rejected',
    failure: null,
    reason: null,
    attempts: 1,
    startedAt: '2026-03-04T11:55:00Z',
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

const staged = { commit: 'c', tree: 't', parent: 'p', patch: '', files: [] } as unknown as PhaseRecord['staged'];
const passed = { command: 'npm test', outcome: 'passed', exitCode: 0, outputHash: 'h', required: true };
const checks = { tree: 't', results: [passed], withheld: null } as unknown as PhaseRecord['checks'];
const finding = {
  severity: 'major',
  category: 'spec',
  claim: `1. ${'no French $(alert) '.repeat(20)}`,
  fingerprint: 'f',
};
const auditWith = (findings: readonly object[]) =>
  ({ findings, opinions: [], claims: [] }) as unknown as PhaseRecord['audit'];

describe('over a criterion', () => {
  it('stands that it is met where checks passed on this tree and nobody doubts it', () => {
    const words = criterionWords(record({ staged, checks, audit: auditWith([]) }), criterion);
    assert.match(words, /^\$\(pass\) Met/);
  });

  it('stands that it is not met, with the reason on one line and without icons of a model', () => {
    const words = criterionWords(record({ staged, checks, audit: auditWith([finding]) }), criterion);
    assert.match(words, /^\$\(error\) Not met: 1\. no French/);
    assert.equal(words.match(/\$\(/g)?.length, 1);
    assert.ok(words.length < 160 && words.endsWith('…'));
  });

  it('stands that it is not shown where no change was audited', () => {
    assert.match(criterionWords(record({}), criterion), /Not shown: no change was checked/);
  });

  it('stands nothing of a run that knew it in other words', () => {
    assert.match(criterionWords(record({ staged, checks, audit: auditWith([]) }), 'It greets in Dutch'), /Not run/);
  });
});

describe('over a spec', () => {
  it('stands how its last run went', () => {
    assert.match(lastResultWords(record({})), /^\$\(error\) Last result: rejected/);
    assert.match(lastResultWords(record({ state: 'landed', rolledBack: 'abc' })), /Last result: rolled back/);
  });
});
