import assert from 'node:assert/strict';
import path from 'node:path';
import { type Bench, cleanReview, openBench } from './support.ts';

describe('countersign eval auditor', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
    await bench.write(
      'src/list.js',
      'export function last(list) {\n  if (list.length <= 0) return null;\n  return list[list.length - 1];\n}\n',
    );
    bench.git('add', '--all');
    bench.git('commit', '--quiet', '--message', 'Add lists');
  });
  afterEach(() => bench.close());

  const seesBoundary = JSON.stringify({
    summary: '',
    findings: [
      {
        severity: 'major',
        category: 'correctness',
        file: 'src/list.js',
        line: 2,
        claim: 'An empty list is read.',
        evidence: 'if (list.length < 0) return null;',
        suggestion: null,
      },
    ],
  });
  const replies = [
    { role: 'auditor', contains: ['+  if (list.length < 0) return null;'], text: seesBoundary },
    { role: 'auditor', text: cleanReview },
  ];

  it('says what each reviewer found and wrongly blamed, keeps it, and changes nothing', async () => {
    await bench.model(replies);
    const before = bench.git('status', '--porcelain');
    const done = await bench.run('eval', 'auditor', '--faults', '6', '--json');
    assert.equal(done.code, 0, done.err + done.out);
    const [report] = done.lines;
    const correctness = report?.calibrations.find(
      ({ component }: Record<string, unknown>) => component === 'correctness',
    );
    assert.equal(correctness.recall.hits, 1);
    assert.ok(correctness.recall.of >= 3, JSON.stringify(correctness.recall));
    assert.equal(correctness.falseAlarms.hits, 0);
    assert.equal(correctness.precision, 1);
    assert.ok(correctness.costMicros > 0);
    assert.equal(report?.left, 0);
    const [listed] = (await bench.run('auditors', 'list', '--json')).lines;
    assert.deepEqual(
      listed?.calibrations.map(({ component }: Record<string, unknown>) => component),
      ['correctness'],
    );
    assert.equal(bench.git('status', '--porcelain'), before);
    assert.equal(bench.git('rev-list', '--count', 'HEAD').trim(), '2');
  });

  it('leaves out what the tests find', async () => {
    await bench.model(replies);
    const done = await bench.run('eval', 'auditor', '--faults', '2', '--verify', 'false', '--json');
    assert.equal(done.code, 0, done.err + done.out);
    assert.ok(done.lines[0]?.killed > 0);
    assert.equal(done.lines[0]?.cases, 0);
    assert.equal(bench.server?.requests.length, 0);
  });

  it('stops at its cap, and goes on from there', async () => {
    await bench.model(replies);
    const first = await bench.run('eval', 'auditor', '--faults', '4', '--usd', '0.004', '--json');
    assert.equal(first.code, 4, first.err + first.out);
    const { left, cases } = first.lines[0] ?? {};
    assert.ok(left > 0, first.out);
    const asked = bench.server?.requests.length ?? 0;
    assert.equal(asked, cases);
    const again = await bench.run('eval', 'auditor', '--faults', '4', '--json');
    assert.equal(again.code, 0, again.err + again.out);
    assert.equal(again.lines[0]?.resumed, cases);
    assert.equal(bench.server?.requests.length, asked + left);
  });

  it('runs on the example with recorded replies, and says that it shows mechanics only', async () => {
    const example = path.join(bench.home, 'example');
    const demo = await bench.run('demo', '--into', example);
    assert.equal(demo.code, 0, demo.err);
    const measure = (...words: string[]) =>
      bench.run('eval', 'auditor', '--repo', example, '--faults', '4', '--trust-workspace', ...words);
    const told = await measure();
    assert.equal(told.code, 0, told.err);
    assert.match(told.out, /4 seeded faults and 2 clean changes/);
    assert.match(told.out, /correctness +recorded\/auditor +0 of 4/);
    assert.match(told.out, /mechanics only/);
    const [report] = (await measure('--panel', 'correctness,security', '--json')).lines;
    assert.equal(report?.mechanicsOnly, true);
    assert.equal(report?.live, false);
    assert.equal(report?.left, 0);
    assert.deepEqual(
      report?.calibrations.map(({ component, live }: Record<string, unknown>) => [component, live]),
      [
        ['correctness', false],
        ['scan', true],
        ['security', false],
      ],
    );
  });

  it('needs a model, and takes no nonsense', async () => {
    const without = await bench.run('eval', 'auditor', '--json');
    assert.equal(without.lines[0]?.code, 'model/not-configured');
    assert.equal(without.code, 2);
    for (const words of [
      ['--faults', '0'],
      ['--faults', 'x'],
      ['--seed', '1.5'],
      ['--usd', '-1'],
    ]) {
      assert.equal((await bench.run('eval', 'auditor', ...words, '--json')).code, 2, words.join(' '));
    }
  });
});
