import assert from 'node:assert/strict';
import { createVerifier } from '../../../src/checks/verifier.ts';
import { checksPassed } from '../../../src/domain/checks.ts';
import {
  cleanScan,
  type Files,
  type Ground,
  makeChecks,
  makeGround,
  makeSpec,
  normal,
  scope,
  silentProgress,
} from './support.ts';

const never = new AbortController().signal;
const sum = 'exports.sum = (a, b) => a - b;\n';
const fixed = 'exports.sum = (a, b) => a + b;\n';
const head = `const test = require('node:test'); const assert = require('node:assert/strict');\nconst { sum } = require('../sum.js');\n`;
const real = `${head}test('adds', () => {\n  assert.equal(sum(1, 2), 3);\n});\n`;
const empty = `${head}test('exists', () => {\n  assert.equal(typeof sum, 'function');\n});\n`;

describe('the fail-to-pass gate', () => {
  let ground: Ground;
  before(() => {
    ground = makeGround({ 'sum.js': sum, 'README.md': 'Sums.\n', 'test/rows.json': '[]\n' });
  });
  after(() => ground.remove());

  async function run(files: Files, more: object = {}) {
    const staged = ground.stage(files);
    const asked: (readonly string[])[] = [];
    const verifier = createVerifier({
      worktrees: ground.worktrees,
      repositoryRoot: ground.root,
      preparedDirectory: ground.prepared,
      baseWithTests: async (of, paths) => {
        asked.push(paths);
        return ground.baseWith(of, paths);
      },
      checks: makeChecks(),
      environment: ground.environment,
    });
    const leases = ground.worktrees.leased.length;
    const progress = silentProgress();
    const spec = makeSpec([{ run: 'node --test' }], more);
    const report = await verifier.run(scope, spec, staged, cleanScan, normal, progress, never);
    return { report, asked, told: progress.told, leases: ground.worktrees.leased.length - leases };
  }
  const flagged = (report: { flags: readonly { kind: string; file: string }[] }) =>
    report.flags.map((flag) => `${flag.kind} ${flag.file}`);

  it('shows that a new test fails without the change and passes with it', async () => {
    const { report, asked, told } = await run({ 'sum.js': fixed, 'test/sum.test.js': real });
    assert.equal(checksPassed(report), true);
    assert.deepEqual(report.flags, []);
    assert.deepEqual(asked, [['test/sum.test.js']]);
    const [evidence] = report.testEvidence ?? [];
    assert.deepEqual([evidence?.file, evidence?.atBase], ['test/sum.test.js', 'failed']);
    assert.match(evidence?.result?.output ?? '', /adds/);
    assert.equal(evidence?.result?.exitCode, 1);
    assert.deepEqual(told, ['start node --test', 'end node --test passed']);
  });

  it('knows a new test file by its name, however it is written', async () => {
    const odd =
      "const t = require('node:test'); t('adds', () => require('node:assert').equal(require('../sum.js').sum(1, 2), 3));\n";
    const { report } = await run({ 'sum.js': fixed, 'test/odd.test.js': odd });
    assert.deepEqual(
      report.testEvidence?.map((each) => each.atBase),
      ['failed'],
    );
  });

  it('flags a new test that passes without the change', async () => {
    const { report } = await run({ 'sum.js': fixed, 'test/sum.test.js': empty });
    assert.deepEqual(flagged(report), ['new-test-passes-at-base test/sum.test.js']);
    assert.equal(report.flags[0]?.severity, 'minor');
    assert.equal(checksPassed(report), true);
  });

  it('finds the one that shows nothing beside one that does', async () => {
    const { report } = await run({ 'sum.js': fixed, 'test/sum.test.js': real, 'test/empty.test.js': empty });
    assert.deepEqual(flagged(report), ['new-test-passes-at-base test/empty.test.js']);
    assert.deepEqual(
      report.testEvidence?.map((each) => `${each.file} ${each.atBase}`),
      ['test/empty.test.js passed', 'test/sum.test.js failed'],
    );
  });

  it('runs them once where none of them shows anything', async () => {
    const { report, asked } = await run({ 'sum.js': fixed, 'test/a.test.js': empty, 'test/b.test.js': empty });
    assert.deepEqual(flagged(report), [
      'new-test-passes-at-base test/a.test.js',
      'new-test-passes-at-base test/b.test.js',
    ]);
    assert.equal(asked.length, 1);
  });

  it('takes fixtures along, and leaves the rest of the patch out', async () => {
    const { asked } = await run({
      'sum.js': fixed,
      'test/sum.test.js': real,
      'test/rows.json': '[1]\n',
      'README.md': 'New.\n',
    });
    assert.deepEqual(asked, [['test/rows.json', 'test/sum.test.js']]);
  });

  it('flags tests that come without any other change, at no cost', async () => {
    const passes = `${head}test('is a function', () => {\n  assert.equal(typeof sum, 'function');\n});\n`;
    const { report, leases } = await run({ 'test/more.test.js': passes });
    assert.deepEqual(flagged(report), ['new-test-passes-at-base test/more.test.js']);
    assert.equal(leases, 1);
  });

  it('costs nothing where no test changes', async () => {
    const { report, asked, leases } = await run({ 'sum.js': fixed, 'test/rows.json': '[2]\n' });
    assert.deepEqual([asked, leases, report.testEvidence], [[], 1, undefined]);
  });

  it('does not run where the checks fail with the patch', async () => {
    const { report, asked } = await run({ 'sum.js': sum.replace('-', '*'), 'test/sum.test.js': real });
    assert.deepEqual([checksPassed(report), asked, report.testEvidence], [false, [], undefined]);
  });

  it('spares a phase of category tests', async () => {
    const { report, asked } = await run({ 'sum.js': fixed, 'test/sum.test.js': empty }, { category: 'tests' });
    assert.deepEqual([report.flags, asked], [[], []]);
    assert.deepEqual(
      report.testEvidence?.map((each) => each.atBase),
      ['not-run'],
    );
  });
});
