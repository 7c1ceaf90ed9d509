import assert from 'node:assert/strict';
import fc from 'fast-check';
import { configSchema, type ModelTier, modelTiers } from '../../../src/domain/config.ts';
import { ladderOf } from '../../../src/domain/route.ts';
import { levels } from '../../../src/domain/spec.ts';
import { strategyOf } from '../../../src/domain/strategy.ts';
import { type Selection, selectModel } from '../../../src/engine/selection.ts';
import { builtInStrategy, specOf } from './evidence.ts';

const tiers = { cheap: 'lab/small', middle: 'lab/medium', top: 'lab/large' };

interface Given {
  readonly spec?: Record<string, unknown>;
  readonly models?: object;
  readonly fits?: (model: string) => boolean;
  readonly reached?: ModelTier | null;
}

function select({ spec = {}, models = { tiers }, fits = () => true, reached = null }: Given): Selection {
  const read = specOf(spec);
  const strategy = strategyOf(builtInStrategy, read.category);
  return selectModel({ spec: read, models: configSchema.parse({ models }).models, strategy, fits, reached });
}

describe('selecting the Builder’s model', () => {
  it('follows the difficulty', () => {
    const chosen = levels.map((complexity) => select({ spec: { complexity } }));
    assert.deepEqual(
      chosen.map(({ model }) => model),
      ['lab/small', 'lab/medium', 'lab/large'],
    );
    assert.deepEqual(
      chosen.map(({ facts }) => [facts.difficulty, facts.tier, facts.rule]),
      [
        [0.2, 'cheap', 'difficulty'],
        [0.5, 'middle', 'difficulty'],
        [0.9, 'top', 'difficulty'],
      ],
    );
    assert.equal(chosen[0]?.reason, 'cheap tier: difficulty 0.2, of low complexity');
  });

  it('takes the top for high risk, stated or of the category', () => {
    const stated = select({ spec: { complexity: 'low', risk: 'high' } });
    assert.deepEqual([stated.model, stated.facts.rule], ['lab/large', 'high-risk']);
    for (const [name, { highRisk }] of Object.entries(builtInStrategy.categories)) {
      const { facts } = select({ spec: { complexity: 'low', category: name } });
      assert.equal(facts.tier, highRisk ? 'top' : 'cheap', name);
    }
  });

  it('takes the user’s own list of high-risk categories instead of the built-in one', () => {
    const models = { tiers, highRisk: ['payments'] };
    assert.equal(select({ spec: { complexity: 'low', category: 'payments' }, models }).model, 'lab/large');
    assert.equal(select({ spec: { complexity: 'low', category: 'schema-change' }, models }).model, 'lab/small');
  });

  for (const risk of ['auto', 'low', 'medium', 'high']) {
    it(`lets the category’s own model or tier count at ${risk} risk`, () => {
      const models = { tiers, categories: { docs: 'other/writer', tests: 'middle' } };
      const named = select({ spec: { category: 'docs', complexity: 'high', risk }, models });
      assert.deepEqual([named.model, named.facts.rule, named.facts.tier], ['other/writer', 'category', null]);
      const tier = select({ spec: { category: 'tests', complexity: 'high', risk }, models });
      assert.deepEqual([tier.model, tier.facts.rule, tier.facts.tier], ['lab/medium', 'category', 'middle']);
    });
  }

  it('lets the spec’s own model count over everything', () => {
    const models = { tiers, categories: { docs: 'other/writer' } };
    const spec = { category: 'docs', risk: 'high', builder: { model: 'own/one' } };
    assert.deepEqual([select({ spec, models }).model, select({ spec, models }).facts.rule], ['own/one', 'spec']);
  });

  it('leaves a Builder without tiers to its role', () => {
    const chosen = select({ spec: { risk: 'high' }, models: { roles: { builder: 'lab/one' } } });
    assert.deepEqual([chosen.model, chosen.facts.rule, chosen.facts.tier], [undefined, 'role', null]);
  });

  it('is not led astray by a category named like a property of every object', () => {
    assert.equal(select({ spec: { category: 'constructor' } }).facts.rule, 'difficulty');
  });

  it('takes the best that fits where the wanted tier does not', () => {
    const chosen = select({ spec: { risk: 'high' }, fits: (model) => model !== 'lab/large' });
    assert.equal(chosen.model, 'lab/medium');
    assert.deepEqual(chosen.cheaper, ['lab/small']);
    assert.equal(chosen.facts.tooDear, 'top');
    assert.equal(chosen.reason, 'middle tier: the spec states high risk, but the top tier does not fit the budget');
    assert.equal(select({ spec: { risk: 'high' }, fits: () => false }).model, 'lab/small');
  });

  it('holds for every specification, configuration and budget', () => {
    const model = fc.constantFrom<string[]>('lab/small', 'lab/medium', 'lab/large', 'other/one');
    const given = fc.record({
      spec: fc.record({
        category: fc.constantFrom('docs', 'schema-change', 'general', '__proto__'),
        complexity: fc.constantFrom(...levels),
        risk: fc.constantFrom('auto', 'low', 'medium', 'high'),
      }),
      models: fc.record({
        tiers: fc.record({ cheap: model, middle: model, top: model }, { requiredKeys: [] }),
        roles: fc.record({ builder: model }, { requiredKeys: [] }),
        categories: fc.dictionary(fc.constantFrom('docs', 'general'), fc.oneof(model, fc.constantFrom(...modelTiers))),
      }),
      affordable: fc.uniqueArray(model),
      reached: fc.constantFrom(null, ...modelTiers),
    });
    fc.assert(
      fc.property(given, ({ spec, models, affordable, reached }) => {
        const fits = (one: string) => affordable.includes(one);
        const chosen = select({ spec, models, fits, reached });
        const ladder = ladderOf(configSchema.parse({ models }).models);
        const own = Object.hasOwn(models.categories, spec.category) ? models.categories[spec.category] : undefined;
        if (own?.includes('/')) return assert.equal(chosen.model, own);
        if (!ladder) return assert.equal(chosen.facts.rule, 'role');
        const tier = chosen.facts.tier as ModelTier;
        assert.equal(chosen.model, ladder[tier]);
        const wanted = chosen.facts.tooDear ?? tier;
        const height = (one: ModelTier) => modelTiers.indexOf(one);
        assert.ok(reached === null || height(wanted) >= height(reached), 'escalation is not undone');
        if (own === undefined && spec.risk === 'high') assert.equal(wanted, 'top');
        // Nothing between what was wanted and what was chosen fits, and the chosen one does if any does.
        for (const between of modelTiers.slice(height(tier) + 1, height(wanted) + 1)) assert.ok(!fits(ladder[between]));
        if (modelTiers.slice(0, height(wanted) + 1).some((one) => fits(ladder[one]))) assert.ok(fits(ladder[tier]));
        assert.ok(!chosen.cheaper.includes(ladder[tier]));
        assert.ok(chosen.reason.startsWith(`${tier} tier: `));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the ladder of tiers', () => {
  const ladder = (models: object) => ladderOf(configSchema.parse({ models }).models);

  it('is not there without tiers', () => {
    assert.equal(ladder({ roles: { builder: 'lab/one' } }), null);
  });

  it('fills its gaps with the Builder’s own model, else with a neighbour', () => {
    assert.deepEqual(ladder({ tiers: { top: 'lab/large' }, roles: { builder: 'lab/one' } }), {
      cheap: 'lab/one',
      middle: 'lab/one',
      top: 'lab/large',
    });
    assert.deepEqual(ladder({ tiers: { cheap: 'lab/small', top: 'lab/large' } }), {
      cheap: 'lab/small',
      middle: 'lab/large',
      top: 'lab/large',
    });
    assert.deepEqual(ladder({ tiers: { cheap: 'lab/small' } }), {
      cheap: 'lab/small',
      middle: 'lab/small',
      top: 'lab/small',
    });
  });
});
