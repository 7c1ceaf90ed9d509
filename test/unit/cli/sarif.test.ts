import assert from 'node:assert/strict';
import { sarifOf } from '../../../src/cli/sarif.ts';
import type { AsideFinding, Finding } from '../../../src/domain/audit.ts';

const finding: Finding = {
  severity: 'major',
  category: 'security',
  file: 'src/a b#%ü.js',
  line: 3,
  claim: 'A path leads out.',
  evidence: 'readFile(name)',
  suggestion: 'Resolve it.',
  component: 'security',
  model: 'lab/auditor',
  fingerprint: '0123456789abcdef',
};
const scanned: Finding = {
  ...finding,
  severity: 'minor',
  category: 'quality',
  component: 'scan:leftover',
  model: null,
};
const aside = (why: AsideFinding['aside']): AsideFinding => ({ ...finding, aside: why, because: 'It is meant.' });

function runOf(findings: readonly Finding[], others: readonly AsideFinding[] = []) {
  const sarif = sarifOf({ version: '1.2.3', findings, aside: others, anchor: 'src/b.js', revision: 'tree' });
  assert.equal(sarif.version, '2.1.0');
  assert.equal(sarif.runs.length, 1);
  const [run] = sarif.runs;
  assert.ok(run);
  return run;
}

// The shapes here were held against the schema that OASIS publishes for SARIF 2.1.0.
describe('SARIF', () => {
  it('gives each result a rule of the tool, by id and index', () => {
    const { results, tool } = runOf([finding, scanned, { ...finding, fingerprint: 'f'.repeat(16) }]);
    assert.equal(results.length, 3);
    for (const { ruleId, ruleIndex } of results) assert.equal(tool.driver.rules[ruleIndex]?.id, ruleId);
    const ids = tool.driver.rules.map(({ id }) => id);
    assert.deepEqual(ids, ['scan/leftover', 'security/security']);
    for (const { properties } of tool.driver.rules) assert.equal(new Set(properties.tags).size, properties.tags.length);
  });

  it('maps major to error and minor to warning, and rates security', () => {
    const { results, tool } = runOf([finding, scanned]);
    assert.deepEqual(
      results.map(({ level }) => level),
      ['error', 'warning'],
    );
    assert.equal(tool.driver.rules[1]?.properties['security-severity'], '8.0');
    assert.equal(tool.driver.rules[0]?.properties['security-severity'], undefined);
  });

  it('writes relative, encoded paths, and puts what has none on the anchor', () => {
    const { results } = runOf([finding, { ...scanned, file: null, line: null }]);
    const places = results.map(({ locations }) => locations[0]?.physicalLocation);
    assert.equal(places[0]?.artifactLocation.uri, 'src/a%20b%23%25%C3%BC.js');
    assert.equal(places[0]?.artifactLocation.uriBaseId, '%SRCROOT%');
    assert.deepEqual([places[1]?.artifactLocation.uri, places[1]?.region.startLine], ['src/b.js', 1]);
    const colon = runOf([{ ...finding, file: 'c:/x.js' }]).results[0]?.locations[0]?.physicalLocation;
    assert.equal(colon?.artifactLocation.uri, 'c%3A/x.js');
  });

  it('keeps the fingerprint under a name of its own', () => {
    assert.deepEqual(runOf([finding]).results[0]?.partialFingerprints, { 'countersign/v1': finding.fingerprint });
  });

  it('tells dismissed findings as suppressed, and nothing else that was set aside', () => {
    const { results } = runOf(
      [],
      [aside('dismissed'), aside('ungrounded'), aside('pre-existing'), aside('over-limit')],
    );
    assert.equal(results.length, 1);
    assert.deepEqual(results[0]?.suppressions, [
      { kind: 'external', status: 'accepted', justification: 'It is meant.' },
    ]);
  });

  it('stays within what code scanning takes', () => {
    const many = Array.from({ length: 6_000 }, (_, at) => ({ ...finding, line: at + 1, claim: 'x'.repeat(5_000) }));
    const { results } = runOf(many);
    assert.equal(results.length, 5_000);
    assert.equal(results[0]?.message.text.length, 1_000);
  });

  it('has no results and no rules for a clean change', () => {
    const { results, tool } = runOf([]);
    assert.deepEqual([results, tool.driver.rules], [[], []]);
  });
});
