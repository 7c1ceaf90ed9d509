import assert from 'node:assert/strict';
import { type PhaseSpec, type Plan, phaseSpecSchema } from '../../../src/domain/spec.ts';
import { matching } from '../../../src/patch/scope.ts';
import { examinePlan, type PlanBounds } from '../../../src/planner/examine-plan.ts';

const paths = ['src/a.ts', 'src/b.ts', 'test/a.test.ts', 'README.md'];

function phase(id: string, extra: object = {}): PhaseSpec {
  return phaseSpecSchema.parse({
    id,
    goal: 'Do it.',
    acceptance: ['`GET /` answers 200'],
    verify: [{ run: 'npm test' }],
    ...extra,
  });
}

function planOf(...tiers: readonly (readonly PhaseSpec[])[]): Plan {
  return {
    id: 'p',
    goal: 'g',
    autonomy: null,
    landingBranch: null,
    budget: {},
    tiers: tiers.map((phases, index) => ({ id: `t${index}`, title: 't', budget: {}, phases })),
  };
}

const bounds: PlanBounds = { tokens: 1_000_000, usd: 5, phases: 25, tier: {} };
const examine = (plan: Plan, more: Partial<PlanBounds> = {}) =>
  examinePlan(plan, 'p.yaml', paths, { ...bounds, ...more }, matching);
const only = (include: string) => ({ scope: { include: [include] } });

describe('examinePlan', () => {
  it('has nothing to say of a sound plan', () => {
    const plan = planOf([phase('a', only('src/a.ts')), phase('b', only('src/b.ts'))]);
    assert.deepEqual(examine(plan), { fault: null, warnings: [], questions: [] });
  });

  it('adds up the caps of phases, in tokens and money, for the run and for a tier', () => {
    const plan = planOf(
      [phase('a', { ...only('src/a.ts'), budget: { usd: 3, tokens: 10 } })],
      [phase('b', { ...only('src/b.ts'), budget: { usd: 2.5, tokens: 20 } })],
    );
    assert.match(examine(plan).warnings.join('\n'), /^The phases may use \$5\.50 together; a run may use \$5\.00\. /);
    assert.deepEqual(examine(plan, { usd: 6 }).warnings, []);
    const tight = examine(plan, { usd: 6, tier: { tokens: 15, usd: 2.75 } }).warnings;
    assert.deepEqual(
      tight.map((warning) => /^.*? together; a tier may use [^.]*(?:\.\d+)?/.exec(warning)?.[0]),
      [
        'The phases of tier `t0` may use $3.00 together; a tier may use $2.75',
        'The phases of tier `t1` may use 20 tokens together; a tier may use 15 tokens',
      ],
    );
  });

  it('names a cycle', () => {
    const plan = planOf([phase('a', { dependsOn: ['b'] }), phase('b', { dependsOn: ['a'] })]);
    assert.deepEqual(examine(plan).fault, {
      code: 'plan/cycle',
      phases: ['a', 'b', 'a'],
      at: { file: 'p.yaml', line: null, column: null },
    });
  });

  it('names an unknown dependency', () => {
    assert.equal(examine(planOf([phase('a', { dependsOn: ['x'] })])).fault?.code, 'plan/unknown-dependency');
  });

  it('warns, with the files, where phases that may run at once share scope', () => {
    const { warnings } = examine(planOf([phase('a', only('src/**')), phase('b', only('**/a*'))]));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /`a` and `b` may run at once and may both change `src\/a.ts`\./);
  });

  it('does not where one waits for the other, near or far, or stands in another tier', () => {
    const chain = planOf([
      phase('a', only('src/**')),
      phase('b', { ...only('test/**'), dependsOn: ['a'] }),
      phase('c', { ...only('src/**'), dependsOn: ['b'] }),
    ]);
    assert.deepEqual(examine(chain).warnings, []);
    assert.deepEqual(examine(planOf([phase('a')], [phase('b')])).warnings, []);
  });

  it('warns where the phases may use more than the run', () => {
    const budget = { budget: { tokens: 600_000 } };
    const plan = planOf([phase('a', budget)], [phase('b', budget)]);
    assert.match(examine(plan).warnings[0] ?? '', /1,200,000 tokens together; a run may use 1,000,000/);
  });

  it('asks where nothing could tell that a phase worked', () => {
    const plan = planOf([
      phase('a', { acceptance: [], ...only('src/a.ts') }),
      phase('b', { acceptance: ['The code is clean'], ...only('src/b.ts') }),
      phase('c', { verify: [], ...only('README.md') }),
      phase('d', { acceptance: ['Answers fast: under 50 ms'], ...only('test/**') }),
    ]);
    assert.deepEqual(
      examine(plan).questions.map((question) => question.phase),
      ['a', 'b', 'c'],
    );
  });

  it('warns of context that matches no file, and of more phases than a run may have', () => {
    const many = Array.from({ length: 26 }, (_, index) => phase(`p${index}`, only(`new/${index}.ts`)));
    assert.match(examine(planOf(many)).warnings.join('\n'), /26 phases; a run may have 25/);
    const lost = planOf([phase('a', { scope: { context: ['lib/**'] } })]);
    assert.match(examine(lost).warnings[0] ?? '', /`lib\/\*\*`, which matches no file/);
  });
});
