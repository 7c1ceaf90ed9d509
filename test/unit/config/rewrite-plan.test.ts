import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { readPlanText } from '../../../src/config/read-plan.ts';
import { rewritePlan } from '../../../src/config/rewrite-plan.ts';
import { type PlanFile, phaseSpecSchema, planFileSchema } from '../../../src/domain/spec.ts';
import { mergedPlan } from '../../../src/planner/merge-plan.ts';

const text = `# Note: An old remark.
# Question (b): An old question.
# Ours, and it stays.
id: p
goal: "Do it"   # quoted
tiers:
    # The first tier.
    - id: one
      phases:
          # A note on a.
          - id: a
            goal: Do a.
            verify: [{run: npm test}]   # odd spacing

          - id: b
            goal: Do b.
      budget: {usd: 1}
    - id: two
      title: Second
      phases:
          - id: c
            goal: Do c.
            dependsOn: [a]
# The end.
`;

const phase = (id: string, more: object = {}) => phaseSpecSchema.parse({ id, goal: `Do ${id}.`, ...more });
const rest = (...tiers: readonly { id: string; title?: string; phases: PlanFile['tiers'][number]['phases'] }[]) =>
  planFileSchema.parse({ id: 'x', goal: 'x', tiers });

async function rewritten(landed: readonly string[], other: PlanFile, from = text, remarks: readonly string[] = []) {
  const source = planFileSchema.parse(parse(from));
  const read = await readPlanText(from, '/nowhere/p.yaml');
  const plan = mergedPlan({ source, read }, new Set(landed), other, 'run-1');
  return { plan, text: rewritePlan({ text: from, source, read, plan, remarks, isJson: false }) };
}

describe('rewriting a plan', () => {
  it('changes the lines of what is planned anew alone', async () => {
    const made = await rewritten(['a'], rest({ id: 'one', phases: [phase('n', { dependsOn: ['a'] })] }), text, [
      'Note: New.',
    ]);
    assert.equal(
      made.text,
      `# Note: New.
# Ours, and it stays.
id: p
goal: "Do it"   # quoted
continues: run-1
tiers:
    # The first tier.
    - id: one
      phases:
          # A note on a.
          - id: a
            goal: Do a.
            verify: [{run: npm test}]   # odd spacing
          - id: n
            goal: Do n.
            dependsOn:
              - a
      budget: {usd: 1}
# The end.
`,
    );
  });

  it('keeps what stays as it was, wherever it stands, and replaces an earlier run', async () => {
    const before = text.replace('tiers:', 'continues: old\ntiers:');
    const source = planFileSchema.parse(parse(before));
    const read = await readPlanText(before, '/nowhere/p.yaml');
    const c = read.tiers[1]?.phases[0];
    assert.ok(c);
    const other = rest({ id: 'two', phases: [phase('m')] }, { id: 'three', title: 'Third', phases: [phase('z')] });
    const withC = {
      ...other,
      tiers: other.tiers.map((tier, at) => (at === 0 ? { ...tier, phases: [...tier.phases, c] } : tier)),
    };
    const plan = mergedPlan({ source, read }, new Set(['a', 'b']), withC, 'run-2');
    const after = rewritePlan({ text: before, source, read, plan, remarks: [], isJson: false });
    assert.match(after, /^continues: run-2$/m);
    assert.doesNotMatch(after, /old/);
    assert.match(
      after,
      / {4}- id: two\n {6}title: Second\n {6}phases:\n {10}- id: m\n {12}goal: Do m\.\n {10}- id: c\n {12}goal: Do c\.\n {12}dependsOn: \[a\]\n/,
    );
    assert.match(after, / {4}- id: three\n {6}title: Third\n {6}phases:\n {8}- id: z\n/);
    assert.deepEqual(planFileSchema.parse(parse(after)), planFileSchema.parse(JSON.parse(JSON.stringify(plan))));
  });

  it('writes the whole of a plan that is not written line by line, and JSON as JSON', async () => {
    const flow = '{id: p, goal: Do it, tiers: [{id: one, phases: [{id: a, goal: Do a.}, {id: b, goal: Do b.}]}]}';
    const made = await rewritten(['a'], rest({ id: 'one', phases: [phase('n')] }), flow);
    assert.deepEqual(
      planFileSchema.parse(parse(made.text)),
      planFileSchema.parse(JSON.parse(JSON.stringify(made.plan))),
    );
    const source = planFileSchema.parse(parse(flow));
    const read = await readPlanText(flow, '/nowhere/p.json');
    const json = rewritePlan({ text: flow, source, read, plan: made.plan, remarks: ['Note: x'], isJson: true });
    assert.deepEqual(JSON.parse(json).continues, 'run-1');
  });

  it('keeps tiers in an order in which all of the rest comes in its own order', async () => {
    const other = rest({ id: 'two', phases: [phase('m')] }, { id: 'one', phases: [phase('n')] });
    const { plan } = await rewritten(['a', 'c'], other);
    assert.deepEqual(
      plan.tiers.map(({ id, phases }) => [id, phases.map((each) => (typeof each === 'string' ? each : each.id))]),
      [
        ['one', ['a']],
        ['two', ['c', 'm']],
        ['one-2', ['n']],
      ],
    );
  });

  it('starts with new tiers where nothing landed', async () => {
    const same = await rewritten([], rest({ id: 'two', title: 'Another title', phases: [phase('n')] }));
    assert.match(same.text, /# Ours, and it stays\.[\s\S]*- id: two\n {6}title: Second\n {6}phases:\n {10}- id: n\n/);
    const made = await rewritten([], rest({ id: 'fresh', phases: [phase('n')] }));
    assert.deepEqual(
      parse(made.text).tiers.map(({ id }: { id: string }) => id),
      ['fresh'],
    );
    assert.match(made.text, /# Ours, and it stays\./);
  });
});
