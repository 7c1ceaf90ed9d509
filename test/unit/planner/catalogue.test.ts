import assert from 'node:assert/strict';
import { catalogueSchema } from '../../../src/domain/catalogue.ts';
import { reusableFeatures } from '../../../src/planner/catalogue.ts';

function judge(licence: string, quality: number, rules: object = {}) {
  const option = { name: 'kit', source: 'kit', licence, quality };
  const [feature] = reusableFeatures(
    catalogueSchema.parse({ ...rules, features: [{ id: 'f', title: 'F', options: [option] }] }),
  );
  return feature?.refused[0]?.reason ?? 'allowed';
}

describe('reusableFeatures', () => {
  it('lets through the accepted licences from the accepted mark on', () => {
    for (const licence of ['MIT', 'mit', 'BSD-3-Clause', 'Apache-2.0', 'ISC', 'GPL-3.0-only OR MIT', 'MIT AND ISC']) {
      assert.equal(judge(licence, 0.7), 'allowed', licence);
    }
  });

  it('refuses other licences and lower marks, and says which', () => {
    assert.match(judge('GPL-3.0-only', 1), /licence GPL-3.0-only/);
    assert.match(judge('MIT AND GPL-3.0-only', 1), /licence/);
    assert.match(judge('(MIT)', 1), /licence/);
    assert.match(judge('MIT', 0.69), /mark 0.69 is under 0.7/);
  });

  it('follows the rules of the catalogue', () => {
    assert.equal(judge('MPL-2.0', 0.2, { licences: ['MPL-2.0'], quality: 0.1 }), 'allowed');
    assert.match(judge('MIT', 0.9, { licences: ['MPL-2.0'] }), /licence MIT/);
  });

  it('puts the best mark first', () => {
    const options = [0.8, 0.95, 0.9].map((quality) => ({ name: `q${quality}`, source: 's', licence: 'MIT', quality }));
    const [feature] = reusableFeatures(catalogueSchema.parse({ features: [{ id: 'f', title: 'F', options }] }));
    assert.deepEqual(
      feature?.allowed.map((option) => option.quality),
      [0.95, 0.9, 0.8],
    );
  });
});
