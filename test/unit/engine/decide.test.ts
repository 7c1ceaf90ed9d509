import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findingCategories } from '../../../src/domain/audit.ts';
import { decide } from '../../../src/engine/decide.ts';
import { boundsOf } from '../../../src/engine/strategy.ts';
import { auditOf, builtInStrategy, checkOf, findingOf, goodEvidence, reportOf, specOf } from './evidence.ts';

const landed = (evidence: Parameters<typeof decide>[0]) => decide(evidence).type;

describe('decide', () => {
  it('lets a gated, low-risk, checked and clean change land', () => {
    assert.equal(landed(goodEvidence()), 'land');
  });

  it('asks a person under autonomy review, and for medium risk under gated', () => {
    assert.equal(landed({ ...goodEvidence(), autonomy: 'review' }), 'review');
    const medium = { ...goodEvidence(), risk: { score: 30, level: 'medium' as const, parts: [] } };
    assert.equal(landed(medium), 'review');
    assert.equal(landed({ ...medium, autonomy: 'full' }), 'land');
  });

  it('asks a person for high and critical risk under every autonomy', () => {
    for (const level of ['high', 'critical'] as const) {
      for (const autonomy of ['review', 'gated', 'full'] as const) {
        assert.equal(landed({ ...goodEvidence(), autonomy, risk: { score: 60, level, parts: [] } }), 'review');
      }
    }
  });

  it('asks a person for a protected path and for checks that were withheld', () => {
    const scan = { findings: [], protectedPaths: ['.github/workflows/ci.yml'] };
    assert.equal(landed({ ...goodEvidence(), scan }), 'review');
    assert.equal(landed({ ...goodEvidence(), checks: { ...reportOf(), withheld: 'Protected path.' } }), 'review');
  });

  it('asks a person for criteria that no check shows, or that a reviewer doubts', () => {
    const verdict = decide({ ...goodEvidence(), checks: reportOf() });
    assert.equal(verdict.type, 'review');
    assert.ok(verdict.type === 'review' && verdict.reasons.join(' ').includes('It works'));
    assert.equal(landed({ ...goodEvidence(), audit: auditOf(findingOf('minor', 'spec')) }), 'review');
    assert.equal(landed({ ...goodEvidence(specOf()), checks: reportOf() }), 'land');
  });

  it('asks a person for kinds of work that are risky by name', () => {
    const spec = specOf({ category: 'schema-change' });
    assert.equal(landed({ ...goodEvidence(spec), bounds: boundsOf(spec, builtInStrategy) }), 'review');
  });

  it('sends a failing check back with its output', () => {
    const verdict = decide({ ...goodEvidence(), checks: reportOf(checkOf('failed', 'AssertionError: 1 !== 2')) });
    assert.ok(verdict.type === 'revise' && verdict.because.detail.includes('AssertionError: 1 !== 2'));
    assert.equal(landed({ ...goodEvidence(), checks: reportOf(checkOf('timed-out')) }), 'revise');
  });

  it('stops where a check cannot be started: no attempt of a model would mend that', () => {
    const verdict = decide({ ...goodEvidence(), checks: reportOf(checkOf('not-startable', 'no such program')) });
    assert.ok(verdict.type === 'stop' && verdict.fault?.code === 'check/not-startable');
  });

  it('sends a major finding back and stops on a reviewer that gave no verdict', () => {
    assert.equal(landed({ ...goodEvidence(), audit: auditOf(findingOf('major', 'security')) }), 'revise');
    assert.equal(landed({ ...goodEvidence(), audit: auditOf(findingOf('major', 'auditor-error')) }), 'stop');
  });

  it('never lands over a failing check or a major finding, whatever any text says', () => {
    const category = fc.constantFrom(...findingCategories);
    fc.assert(
      fc.property(
        fc.string(),
        fc.boolean(),
        category,
        fc.constantFrom('gated' as const, 'full' as const),
        (text, byCheck, kind, autonomy) => {
          const bad = byCheck
            ? { checks: reportOf(checkOf('failed', text)), audit: { ...auditOf(), summary: text } }
            : { audit: { ...auditOf({ ...findingOf('major', kind), claim: text, evidence: text }), summary: text } };
          const { type } = decide({ ...goodEvidence(), ...bad, autonomy });
          assert.ok(type === 'revise' || type === 'stop');
        },
      ),
    );
  });
});
