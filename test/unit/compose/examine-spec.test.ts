import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { outlineOf, problemsOf } from '../../../src/compose/examine-spec.ts';

const places = async (...args: Parameters<typeof problemsOf>) =>
  (await problemsOf(...args)).map(({ problem, at }) => `${at.line}:${at.column} ${problem}`);

describe('problems of a file that is written', () => {
  it('are none in one that fits', async () => {
    assert.deepEqual(await places('phase', 'id: a\ngoal: b\n', 'a.yaml'), []);
    assert.deepEqual(await places('config', '# nothing yet\n', 'config.yaml'), []);
    assert.deepEqual(await places('catalogue', 'quality: 0.5\n', 'catalogue.yaml'), []);
  });

  it('are all told, each where it stands', async () => {
    const text = 'id: a\ncolour: red\nrisk: huge\nverify:\n  - run: x\n    timeout: soon\n    often: yes\n';
    const told = await places('phase', text, 'a.yaml');
    assert.equal(told.length, 5);
    for (const expected of [
      /^1:1 `goal` is missing/,
      /^2:1 Unknown key `colour`/,
      /^3:1 `risk`/,
      /^6:5 `verify\.0\.timeout`/,
      /^7:5 Unknown key `often`/,
    ])
      assert.ok(
        told.some((line) => expected.test(line)),
        `${expected} in ${told.join('\n')}`,
      );
  });

  it('are told of a text that is no YAML, that is empty, and of keys twice', async () => {
    assert.match((await places('phase', 'id: [a\ngoal: b', 'a.yaml'))[0] ?? '', /^\d+:\d+ /);
    assert.deepEqual(await places('phase', '', 'a.yaml'), ['1:1 The file is empty.']);
    assert.match((await places('phase', 'id: a\nid: b\ngoal: c', 'a.yaml'))[0] ?? '', /^2:1 /);
  });

  it('are told of a reviewer that nobody knows', async () => {
    const text = 'id: a\ngoal: b\nauditor:\n  panel: [security, licences]\n';
    assert.match((await places('phase', text, 'a.yaml'))[0] ?? '', /^4:21 There is no reviewer `licences`/);
    assert.deepEqual(await places('phase', text, 'a.yaml', ['security', 'licences']), []);
  });
});

describe('problems of a plan', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'countersign-plan-'));
    writeFileSync(path.join(folder, 'good.yaml'), 'id: good\ngoal: g\n');
    writeFileSync(path.join(folder, 'bad.yaml'), 'id: bad\n');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const planOf = (...phases: string[]) =>
    `id: p\ngoal: g\ntiers:\n  - id: t\n    phases:\n${phases.map((phase) => `      - ${phase}\n`).join('')}`;
  const examine = (text: string) => places('plan', text, path.join(folder, 'plan.yaml'));

  it('are none where its phases can be read', async () => {
    assert.deepEqual(await examine(planOf('good.yaml', '{ id: other, goal: g, dependsOn: [good] }')), []);
  });

  it('stand where the file that is missing or wrong is named', async () => {
    assert.match((await examine(planOf('good.yaml', 'gone.yaml')))[0] ?? '', /^7:9 .*gone\.yaml/);
    assert.match((await examine(planOf('good.yaml', 'bad.yaml')))[0] ?? '', /^7:9 .*bad\.yaml/);
  });

  it('are told of a cycle and of a name used twice', async () => {
    const cycle = planOf('{ id: a, goal: g, dependsOn: [b] }', '{ id: b, goal: g, dependsOn: [a] }');
    assert.match((await examine(cycle))[0] ?? '', /^1:1 .*a → b → a/);
    assert.match((await examine(planOf('good.yaml', 'good.yaml')))[0] ?? '', /Two phases are named `good`/);
  });
});

describe('the outline of a spec', () => {
  it('has the lines of its criteria and of its checks', () => {
    const text =
      'goal: g\nid: a\nacceptance:\n  - one\n  # between\n  - two\nverify:\n  - timeout: 9\n    run: npm test\n  - true\n';
    assert.deepEqual(outlineOf('phase', text, 'a.yaml'), [
      {
        id: 'a',
        title: 'g',
        line: 2,
        acceptance: [
          { criterion: 'one', line: 4 },
          { criterion: 'two', line: 6 },
        ],
        verify: [{ run: 'npm test', line: 9 }],
      },
    ]);
  });

  it('has the phases that stand in a plan itself', () => {
    const text =
      'id: p\ntiers:\n  - id: t\n    phases:\n      - ../phases/x.yaml\n      - id: a\n        acceptance: [one]\n';
    assert.deepEqual(outlineOf('plan', text, 'p.yaml'), [
      { id: 'a', title: 'a', line: 6, acceptance: [{ criterion: 'one', line: 7 }], verify: [] },
    ]);
  });

  it('is empty where the text cannot be read, and passes over what is no phase', () => {
    for (const text of ['', 'id: [', 'id: 3', '- a', 'acceptance: x'])
      assert.deepEqual(outlineOf('phase', text, 'a.yaml'), [], text);
    assert.deepEqual(outlineOf('plan', 'tiers: [3, {phases: x}]', 'a.yaml'), []);
  });
});
