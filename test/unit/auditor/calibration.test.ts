import assert from 'node:assert/strict';
import { type CalibrationCase, calibrationCases, mixCases } from '../../../src/auditor/calibration/cases.ts';
import { operators } from '../../../src/auditor/calibration/operators.ts';
import { resultOf, scoreOf } from '../../../src/auditor/calibration/score.ts';
import { findingOf } from '../engine/evidence.ts';

const mutate = (name: string, line: string) => {
  const operator = operators.find((each) => each.name === name);
  assert.ok(operator, name);
  return operator.mutate(line, '')?.lines ?? null;
};

describe('seeding faults', () => {
  const cases: readonly (readonly [operator: string, line: string, faulty: readonly string[]])[] = [
    ['boundary', '  if (count <= limit) {', ['  if (count < limit) {']],
    ['boundary', '  while (at >= 0) {', ['  while (at > 0) {']],
    ['off by one', 'const last = list[list.length - 1];', ['const last = list[list.length];']],
    ['null', 'return user?.name;', ['return user.name;']],
    ['null', "const name = input ?? '';", ['const name = input;']],
    ['await', '  await store.save(order);', ['  store.save(order);']],
    ['error path', "  throw new Error('no');", ['  return;']],
    ['auth check', '  if (!session.isAdmin) return deny();', []],
    ['resource leak', '  await file.close();', []],
    ['condition', 'if (a && b) go();', ['if (a || b) go();']],
    ['test weakened', '  assert.equal(sum(1, 2), 3);', ['  assert.ok(sum(1, 2) !== undefined);']],
    ['test weakened', '  expect(sum(1, 2)).toBe(3);', ['  expect(sum(1, 2)).toBeDefined();']],
    ['operands swapped', 'if (kind === wanted) go();', ['if (wanted === kind) go();']],
    ['a named result', '  return parse(text);', ['  const outcome = parse(text);', '  return outcome;']],
  ];
  for (const [operator, line, expected] of cases) {
    it(`${operator}: ${line.trim()}`, () => assert.deepEqual(mutate(operator, line), expected));
  }

  it('leaves comments and lines without a place for the fault alone', () => {
    for (const { name, mutate: change } of operators) {
      if (['a comment', 'injected secret'].includes(name)) continue;
      assert.equal(change('// if (a <= b && c.length - 1) await x?.y();', ''), null, name);
      assert.equal(change('', ''), null, name);
    }
    assert.equal(mutate('boundary', 'const map = new Map<string, number>();'), null);
    assert.equal(mutate('boundary', 'const f = (a) => a;'), null);
  });

  const files = new Map([
    [
      'src/a.ts',
      'export function last(list) {\n  if (list.length <= 0) return null;\n  return pick(list.length - 1);\n}\n',
    ],
    ['test/a.test.ts', 'assert.equal(last([1]), 1);\n'],
    ['README.md', 'if (a <= b) {}\n'],
  ]);
  const source = { files, isTest: (file: string) => file.startsWith('test/'), seed: 1 };

  it('is the same for the same seed, changes one place each, and keeps tests and code apart', () => {
    const seeded = calibrationCases(source);
    assert.deepEqual(seeded, calibrationCases(source));
    assert.notDeepEqual(
      seeded.map(({ id }) => id),
      calibrationCases({ ...source, seed: 2 }).map(({ id }) => id),
    );
    assert.ok(seeded.every(({ before, after, file }) => before !== after && file !== 'README.md'));
    const inTests = seeded.filter(({ file }) => file.startsWith('test/')).map(({ operator }) => operator);
    assert.deepEqual(inTests, ['test weakened']);
  });

  it('mixes clean changes in, one for every two faults', () => {
    const mixed = mixCases(calibrationCases(source), 2);
    assert.deepEqual(
      [mixed.filter(({ faulty }) => faulty).length, mixed.filter(({ faulty }) => !faulty).length],
      [2, 1],
    );
  });
});

describe('scoring reviewers', () => {
  const seeded: CalibrationCase = {
    id: 'a',
    operator: 'boundary',
    faulty: true,
    file: 'src/a.ts',
    line: 10,
    before: '',
    after: '',
  };
  const panel = [
    { component: 'correctness', model: 'lab/a', failure: null },
    { component: 'security', model: 'lab/a', failure: 'down' },
  ];
  const major = (line: number, component = 'correctness') => ({
    ...findingOf('major'),
    line,
    component,
    model: 'lab/a',
  });

  it('counts a major at the fault as found, elsewhere as blamed, and a minor as neither', () => {
    const at = resultOf(seeded, { findings: [major(12)], panel });
    assert.deepEqual([at.found, at.blamed], [['correctness lab/a'], []]);
    const elsewhere = resultOf(seeded, { findings: [major(40)], panel });
    assert.deepEqual([elsewhere.found, elsewhere.blamed], [[], ['correctness lab/a']]);
    const minor = resultOf(seeded, { findings: [{ ...major(10), severity: 'minor' }], panel });
    assert.deepEqual([minor.found, minor.blamed], [[], []]);
    const agreed = resultOf(seeded, {
      findings: [{ ...major(10), agreeing: ['security lab/a', 'scan:secret'] }],
      panel,
    });
    assert.deepEqual(agreed.found, ['correctness lab/a', 'scan', 'security lab/a']);
  });

  it('gives recall, false alarms and precision by reviewer, with what it cost', () => {
    const clean = { ...seeded, faulty: false };
    const results = [
      resultOf(seeded, { findings: [major(10)], panel }),
      resultOf(seeded, { findings: [], panel }),
      resultOf(clean, { findings: [major(10)], panel }),
      resultOf(clean, { findings: [], panel }),
    ];
    const costOf = () => ({ micros: 7, label: 'computed', seconds: 2 });
    const scores = scoreOf(results, { at: '2026-01-01T00:00:00Z', live: true, costOf });
    const correctness = scores.find(({ component }) => component === 'correctness');
    assert.deepEqual([correctness?.recall.hits, correctness?.recall.of], [1, 2]);
    assert.deepEqual([correctness?.falseAlarms.hits, correctness?.falseAlarms.of], [1, 2]);
    assert.deepEqual([correctness?.precision, correctness?.costMicros], [0.5, 7]);
    assert.equal(scores.find(({ component }) => component === 'security')?.precision, null);
    assert.deepEqual(
      scores.map(({ component }) => component),
      ['correctness', 'scan', 'security'],
    );
  });
});
