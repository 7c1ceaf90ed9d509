import assert from 'node:assert/strict';
import type { CriterionOpinion } from '../../../src/domain/audit.ts';
import { describeEvidence } from '../../../src/domain/describe-evidence.ts';
import { type EvidenceSource, evidenceMatrix } from '../../../src/domain/evidence-matrix.ts';
import { auditOf, checkOf, findingOf, reportOf, specOf } from '../engine/evidence.ts';

const patch = `diff --git a/src/a.ts b/src/a.ts
--- a/src/a.ts
+++ b/src/a.ts
@@ -1,2 +1,3 @@
 one
+two
 three
@@ -20,2 +21,3 @@
 ten
+eleven
 twelve
`;
const good: EvidenceSource = {
  spec: specOf({ acceptance: ['It adds', 'It is quick'] }),
  staged: { tree: 'tree', patch },
  checks: reportOf(checkOf('passed')),
  audit: auditOf(),
};
const states = (source: EvidenceSource) => evidenceMatrix(source).map(({ state }) => state);
const opinion = (said: Partial<CriterionOpinion>): CriterionOpinion => ({
  criterion: 'It adds',
  answer: 'met',
  evidence: 'eleven',
  grounded: true,
  file: 'src/a.ts',
  line: 22,
  component: 'spec',
  model: 'lab/a',
  ...said,
});

describe('the evidence of a phase', () => {
  it('shows a criterion by checks that passed on this very tree, with command, exit code and hashes', () => {
    assert.deepEqual(states(good), ['met', 'met']);
    const [row] = evidenceMatrix(good);
    assert.deepEqual(row?.checks, [
      { command: 'npm test', outcome: 'passed', exitCode: 0, outputHash: 'hash', tree: 'tree' },
    ]);
  });

  it('shows nothing where no check ran, one failed, they were withheld, or the tree is another', () => {
    assert.deepEqual(states({ ...good, checks: reportOf() }), ['not-shown', 'not-shown']);
    assert.deepEqual(states({ ...good, checks: reportOf(checkOf('failed')) }), ['not-shown', 'not-shown']);
    assert.deepEqual(states({ ...good, checks: { ...reportOf(checkOf('passed')), withheld: 'x' } }), [
      'not-shown',
      'not-shown',
    ]);
    const moved = { ...good, staged: { ...good.staged, tree: 'other' } };
    assert.deepEqual(states(moved), ['not-shown', 'not-shown']);
    assert.ok(evidenceMatrix(moved).every(({ stale }) => stale));
  });

  it('is spoken against by findings about the specification: by number, by words, or all at once', () => {
    const said = (claim: string, severity: 'major' | 'minor' = 'minor') =>
      states({ ...good, audit: auditOf({ ...findingOf(severity, 'spec'), claim }) });
    assert.deepEqual(said('2. It sorts twice.'), ['met', 'not-shown']);
    assert.deepEqual(said('Criterion 1: it subtracts.', 'major'), ['not-met', 'met']);
    assert.deepEqual(said('Not met: It is quick', 'major'), ['met', 'not-met']);
    assert.deepEqual(said('It does something else.'), ['not-shown', 'not-shown']);
    assert.deepEqual(said('9. There is no ninth.'), ['not-shown', 'not-shown']);
    const other = auditOf({ ...findingOf('minor', 'correctness'), claim: '1. It is odd.' });
    assert.deepEqual(states({ ...good, audit: other }), ['met', 'met']);
  });

  it('is not made by a reviewer’s yes, and is doubted by one that does not see it or quotes what is not there', () => {
    const with_ = (said: Partial<CriterionOpinion>, source = good) =>
      states({ ...source, audit: { ...auditOf(), opinions: [opinion(said)] } })[0];
    assert.equal(with_({}), 'met');
    assert.equal(with_({}, { ...good, checks: reportOf() }), 'not-shown');
    assert.equal(with_({ answer: 'unclear' }), 'not-shown');
    assert.equal(with_({ answer: 'not-met' }), 'not-shown');
    assert.equal(with_({ grounded: false }), 'not-shown');
  });

  it('names hunks that reviewers quote, then those that the Builder claims and that there are', () => {
    const claims = [
      {
        criterion: 'It adds',
        hunks: [
          { file: 'src/a.ts', hunk: null },
          { file: 'src/none.ts', hunk: 1 },
        ],
      },
      { criterion: 'It is quick', hunks: [{ file: 'src/a.ts', hunk: 9 }] },
    ];
    const [adds, quick] = evidenceMatrix({ ...good, audit: { ...auditOf(), opinions: [opinion({})], claims } });
    assert.deepEqual(adds?.hunks, [
      { file: 'src/a.ts', hunk: 2, line: 21, by: 'reviewer' },
      { file: 'src/a.ts', hunk: 1, line: 1, by: 'builder' },
    ]);
    assert.deepEqual(quick?.hunks, []);
  });

  it('reads well', () => {
    const lines = describeEvidence(evidenceMatrix({ ...good, checks: reportOf() }));
    assert.deepEqual(lines.slice(0, 2), ['criterion 1, not shown: It adds', '  No check ran.']);
  });
});
