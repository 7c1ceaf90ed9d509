import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { sarifOf } from '../../../src/cli/sarif.ts';
import { type AsideFinding, type Finding, findingCategories } from '../../../src/domain/audit.ts';

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

/**
 * What SARIF 2.1.0 demands of the properties that are written here, and nothing else: a property that is not named fails.
 * It stands in for the schema that OASIS publishes, whose terms do not say that it may be passed on.
 */
const text = {
  type: 'object',
  required: ['text'],
  additionalProperties: false,
  properties: { text: { type: 'string' } },
};
const level = { enum: ['none', 'note', 'warning', 'error'] };
const bag = { type: 'object', properties: { tags: { type: 'array', uniqueItems: true, items: { type: 'string' } } } };
const exactly = (properties: Record<string, object>, optional: readonly string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});
const rule = exactly({
  id: { type: 'string', minLength: 1 },
  name: { type: 'string' },
  shortDescription: text,
  fullDescription: text,
  help: text,
  defaultConfiguration: exactly({ level }),
  properties: bag,
});
const place = exactly({
  artifactLocation: exactly({ uri: { type: 'string', format: 'uri-reference' }, uriBaseId: { type: 'string' } }),
  region: exactly({ startLine: { type: 'integer', minimum: 1 }, snippet: text }),
});
const suppression = exactly({
  kind: { enum: ['inSource', 'external'] },
  status: { enum: ['accepted', 'underReview', 'rejected'] },
  justification: { type: 'string' },
});
const result = exactly(
  {
    ruleId: { type: 'string' },
    ruleIndex: { type: 'integer', minimum: -1 },
    level,
    message: text,
    locations: { type: 'array', items: exactly({ physicalLocation: place }) },
    partialFingerprints: { type: 'object', additionalProperties: { type: 'string' } },
    properties: bag,
    suppressions: { type: 'array', uniqueItems: true, items: suppression },
  },
  ['suppressions'],
);
const driver = exactly({
  name: { type: 'string' },
  semanticVersion: { type: 'string' },
  rules: { type: 'array', uniqueItems: true, items: rule },
});
const run = exactly({
  tool: exactly({ driver }),
  automationDetails: exactly({ id: { type: 'string' } }),
  columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
  results: { type: 'array', items: result },
  properties: bag,
});
const log = exactly({
  $schema: { type: 'string', format: 'uri' },
  version: { const: '2.1.0' },
  runs: { type: 'array', items: run },
});

describe('SARIF by its schema', () => {
  const ajv = new Ajv({ allErrors: true, strict: false });
  addFormats.default(ajv);
  const isValid = ajv.compile(log);
  const anyText = fc.string({ unit: 'binary' });
  const anyFinding = fc.record({
    severity: fc.constantFrom('major' as const, 'minor' as const),
    category: fc.constantFrom(...findingCategories),
    file: fc.option(anyText.filter((path) => path !== '')),
    line: fc.option(fc.integer({ min: 1 })),
    claim: anyText,
    evidence: anyText,
    suggestion: fc.option(anyText),
    component: fc.constantFrom('security', 'scan:leftover', 'my-own'),
    model: fc.option(fc.constant('lab/auditor')),
    fingerprint: fc.constant('0123456789abcdef'),
  });

  it('holds for whatever was found', () => {
    fc.assert(
      fc.property(fc.array(anyFinding, { maxLength: 8 }), fc.array(anyFinding, { maxLength: 3 }), (found, known) => {
        const others = known.map((each) => ({ ...each, aside: 'dismissed' as const, because: 'It is meant.' }));
        const sarif = sarifOf({
          version: '1.2.3',
          findings: found,
          aside: others,
          anchor: 'src/b.js',
          revision: 'tree',
        });
        assert.ok(isValid(JSON.parse(JSON.stringify(sarif))), JSON.stringify(isValid.errors?.slice(0, 3)));
      }),
      { numRuns: 100 },
    );
  });

  it('refuses what is none, so that the above can fail', () => {
    const sarif = () =>
      JSON.parse(
        JSON.stringify(sarifOf({ version: '1.2.3', findings: [finding], aside: [], anchor: 'a', revision: 'tree' })),
      );
    const broken = [
      { ...sarif(), version: '2.0.0' },
      { ...sarif(), runs: null },
      { ...sarif(), other: 1 },
      ...[{ level: 'fatal' }, { ruleIndex: -2 }, { message: {} }, { locations: [{}] }].map((change) => {
        const one = sarif();
        Object.assign(one.runs[0].results[0], change);
        return one;
      }),
    ];
    for (const one of broken) assert.equal(isValid(one), false, JSON.stringify(one).slice(0, 200));
  });
});

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
    const half = runOf([{ ...finding, file: 'a\ud800.js' }]).results[0]?.locations[0]?.physicalLocation;
    assert.equal(half?.artifactLocation.uri, 'a%EF%BF%BD.js');
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
