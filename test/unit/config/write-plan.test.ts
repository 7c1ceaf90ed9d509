import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { readAs } from '../../../src/config/located-yaml.ts';
import { formatPlan, writePlan } from '../../../src/config/write-plan.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';
import { planFileSchema } from '../../../src/domain/spec.ts';

const plan = planFileSchema.parse({
  id: 'limits',
  goal: 'Limit requests',
  tiers: [{ id: 'one', phases: [{ id: 'a', goal: 'Add it.', verify: [{ run: 'npm test' }], budget: { tokens: 5 } }] }],
});

describe('formatPlan', () => {
  it('leaves defaults out and puts remarks above', () => {
    assert.equal(
      formatPlan(plan, ['Question (a): which\nlimit?']),
      [
        '# Question (a): which limit?',
        'id: limits',
        'goal: Limit requests',
        'tiers:',
        '  - id: one',
        '    phases:',
        '      - id: a',
        '        goal: Add it.',
        '        verify:',
        '          - run: npm test',
        '        budget:',
        '          tokens: 5',
        '',
      ].join('\n'),
    );
  });

  it('reads back as the same plan, whatever its texts', () => {
    const text = fc.string({ minLength: 1 }).filter((value) => value.trim() !== '');
    const phase = fc.record(
      {
        id: fc.constantFrom('a', 'b-1'),
        goal: text,
        title: text.filter((value) => value.length <= 200),
        risk: fc.constantFrom('auto', 'high'),
        acceptance: fc.array(text),
        scope: fc.record({ include: fc.array(text), exclude: fc.array(text) }),
        verify: fc.array(fc.record({ run: text, timeout: fc.integer({ min: 1, max: 900 }), shell: fc.boolean() })),
        budget: fc.record({ tokens: fc.nat() }),
      },
      { requiredKeys: ['id', 'goal'] },
    );
    fc.assert(
      fc.property(phase, fc.array(fc.string()), (raw, remarks) => {
        const before = planFileSchema.parse({ id: 'p', goal: 'g', tiers: [{ id: 't', phases: [raw] }] });
        const read = readAs(planFileSchema, formatPlan(before, remarks), 'p.yaml');
        assert.ok(read.ok);
        assert.deepEqual(read.value.value, before);
      }),
    );
  });
});

describe('writePlan', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'countersign-plan-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('never writes over a plan: the next one gets a number', async () => {
    const first = await writePlan(root, plan, 'one', null);
    const second = await writePlan(root, plan, 'two', null);
    assert.equal(path.relative(root, second), path.join('.countersign', 'plans', 'limits-2.yaml'));
    assert.equal(await readFile(first, 'utf8'), 'one');
  });

  it('refuses a named file that exists', async () => {
    const file = path.join(root, 'my.yaml');
    await writePlan(root, plan, 'one', file);
    await assert.rejects(writePlan(root, plan, 'two', file), EngineError);
    assert.equal(await readFile(file, 'utf8'), 'one');
  });

  it('writes nothing through a link that leads out of the repository', async () => {
    const elsewhere = await mkdtemp(path.join(os.tmpdir(), 'countersign-elsewhere-'));
    try {
      await symlink(elsewhere, path.join(root, '.countersign'));
      await assert.rejects(writePlan(root, plan, 'one', null), /leads out of the repository/);
    } finally {
      await rm(elsewhere, { recursive: true, force: true });
    }
  });
});
