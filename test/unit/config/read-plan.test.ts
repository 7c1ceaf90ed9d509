import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readNamedFiles, readPhaseText } from '../../../src/config/read-plan.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';
import type { Fault } from '../../../src/domain/fault.ts';
import { findCycle } from '../../../src/domain/plan-graph.ts';

async function faultFrom(work: () => unknown): Promise<Fault> {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof EngineError, String(error));
    return error.fault;
  }
  return assert.fail('nothing was thrown');
}

describe('reading a phase spec', () => {
  it('needs an id and a goal alone, and fills in the rest', () => {
    const spec = readPhaseText('id: small\ngoal: Do it.\n', 'small.yaml');
    assert.equal(spec.complexity, 'medium');
    assert.deepEqual(spec.scope, { include: ['**'], exclude: [], context: [] });
  });

  it('reads JSON as well', () => {
    assert.equal(readPhaseText('{"id": "a", "goal": "b"}', 'a.json').id, 'a');
  });

  const bad: readonly (readonly [name: string, text: string, problem: RegExp, line: number, column: number])[] = [
    ['a missing goal', 'id: a\n', /`goal` is missing/, 1, 1],
    ['an unknown key', 'id: a\ngoal: b\nrisks: low\n', /Unknown key `risks`/, 3, 1],
    ['an unknown key inside', 'id: a\ngoal: b\nscope:\n  includes: []\n', /Unknown key `includes` in `scope`/, 4, 3],
    ['a wrong type', 'id: a\ngoal: b\nacceptance: yes please\n', /`acceptance`/, 3, 1],
    [
      'a wrong value in a list',
      'id: a\ngoal: b\nverify:\n  - run: npm test\n    timeout: soon\n',
      /verify\.0\.timeout/,
      5,
      5,
    ],
    ['a risk that is only computed', 'id: a\ngoal: b\nrisk: critical\n', /`risk`/, 3, 1],
    ['a name that is no ref', 'id: "a b"\ngoal: b\n', /`id`/, 1, 1],
    ['broken YAML', 'id: a\ngoal: [b\n', /./, 3, 1],
    ['a key twice', 'id: a\nid: b\ngoal: c\n', /unique/i, 2, 1],
    ['an empty file', '', /empty/, 1, 1],
  ];
  for (const [name, text, problem, line, column] of bad) {
    it(`says where ${name} is`, async () => {
      const fault = await faultFrom(() => readPhaseText(text, 'a.yaml'));
      assert.ok(fault.code === 'spec/invalid');
      assert.match(fault.problem, problem);
      assert.deepEqual([fault.at.line, fault.at.column], [line, column], fault.problem);
    });
  }

  it('refuses an alias bomb', async () => {
    const layers = Array.from(
      { length: 12 },
      (_, n) =>
        `x${n}: &x${n} [${Array(9)
          .fill(n ? `*x${n - 1}` : '1')
          .join(', ')}]`,
    );
    const fault = await faultFrom(() => readPhaseText(`${layers.join('\n')}\n`, 'a.yaml'));
    assert.equal(fault.code, 'spec/invalid');
  });
});

describe('reading named files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'countersign-plan-'));
    await mkdir(path.join(folder, 'phases'));
    for (const id of ['one', 'two'])
      await writeFile(path.join(folder, 'phases', `${id}.yaml`), `id: ${id}\ngoal: ${id}\n`);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const plan = async (text: string) => {
    await writeFile(path.join(folder, 'plan.yaml'), text);
    return readNamedFiles(['plan.yaml'], [folder]);
  };

  it('takes phases by path, relative to the plan, and inline ones', async () => {
    const read = await plan(
      'id: p\ngoal: g\nautonomy: gated\ntiers:\n  - id: t\n    phases:\n      - phases/one.yaml\n      - {id: three, goal: c, dependsOn: [one]}\n',
    );
    assert.equal(read.isPlan, true);
    assert.deepEqual(
      read.plan.tiers[0]?.phases.map((phase) => phase.id),
      ['one', 'three'],
    );
  });

  it('makes one plan of several phases', async () => {
    const { plan: read, isPlan } = await readNamedFiles(['phases/one.yaml', 'phases/two.yaml'], [folder]);
    assert.equal(isPlan, false);
    assert.deepEqual(
      read.tiers[0]?.phases.map((phase) => phase.id),
      ['one', 'two'],
    );
  });

  it('names a cycle, an unknown dependency, a name used twice and a missing file', async () => {
    const phases = (...list: string[]) => plan(`id: p\ngoal: g\ntiers:\n  - id: t\n    phases: [${list.join(', ')}]\n`);
    const cycle = await faultFrom(() => phases('{id: a, goal: x, dependsOn: [b]}', '{id: b, goal: x, dependsOn: [a]}'));
    assert.ok(cycle.code === 'plan/cycle');
    assert.deepEqual(cycle.phases, ['a', 'b', 'a']);
    const unknown = await faultFrom(() => phases('{id: a, goal: x, dependsOn: [z]}'));
    assert.ok(unknown.code === 'plan/unknown-dependency' && unknown.dependency === 'z');
    const twice = await faultFrom(() => phases('{id: a, goal: x}', '{id: a, goal: y}'));
    assert.ok(twice.code === 'spec/invalid' && /Two phases/.test(twice.problem));
    assert.equal((await faultFrom(() => phases('phases/none.yaml'))).code, 'spec/not-found');
    assert.equal((await faultFrom(() => readNamedFiles(['none.yaml'], [folder]))).code, 'spec/not-found');
  });

  it('says which phase of a plan is wrong, with its place', async () => {
    const fault = await faultFrom(() =>
      plan('id: p\ngoal: g\ntiers:\n  - id: t\n    phases:\n      - id: a\n        goal: x\n        verifi: []\n'),
    );
    assert.ok(fault.code === 'spec/invalid');
    assert.match(fault.problem, /verifi/);
    assert.equal(fault.at.line, 8);
  });
});

describe('findCycle', () => {
  it('finds none in a deep chain, without running out of stack', () => {
    const chain = new Map(Array.from({ length: 50_000 }, (_, n) => [`p${n}`, n ? [`p${n - 1}`] : []] as const));
    assert.equal(findCycle(chain), null);
  });

  it('finds a phase that waits for itself', () => {
    assert.deepEqual(findCycle(new Map([['a', ['a']]])), ['a', 'a']);
  });
});
