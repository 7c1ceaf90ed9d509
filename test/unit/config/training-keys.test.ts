import assert from 'node:assert/strict';
import { mergeLayers } from '../../../src/config/layers.ts';
import { keysToApprove } from '../../../src/config/workspace-trust.ts';
import { configSchema } from '../../../src/domain/config.ts';

const current = configSchema.parse({ training: { maxUsd: 10 } });
const own = { provider: 'lab', command: ['train'], baseModel: 'tiny' };

describe('training in a configuration', () => {
  it('of a workspace names nothing and loosens nothing unasked', () => {
    const asked = keysToApprove(
      {
        training: {
          backend: 'own',
          backends: { own },
          maxUsd: 11,
          maxTokens: null,
          stuckAfterHours: 9,
          rollback: { errorRate: 0.9 },
        },
        models: { profiles: { 'lab/x': 'think-tag' } },
      },
      current,
    );
    assert.deepEqual(asked, [
      'models.profiles.lab/x',
      'training.backend',
      'training.backends.own',
      'training.maxTokens',
      'training.maxUsd',
      'training.rollback.errorRate',
      'training.stuckAfterHours',
    ]);
    assert.deepEqual(keysToApprove({ training: { maxUsd: 5, maxTokens: 1000 } }, current), []);
  });

  it('keeps a back end whole: no layer puts its address to the key of another', () => {
    const api = { provider: 'lab', baseUrl: 'https://tuning.example/v1', apiKeyEnv: 'TUNING_KEY', baseModel: 'tiny' };
    const { config } = mergeLayers([
      { origin: 'workspace', file: null, values: { training: { backends: { x: { ...own, provider: 'theirs' } } } } },
      { origin: 'user', file: null, values: { training: { backends: { x: api, y: api } } } },
    ]);
    assert.deepEqual(Object.keys(config.training.backends), ['x', 'y']);
    assert.ok(!('apiKeyEnv' in (config.training.backends.x ?? {})));
  });

  it('refuses what is neither a program nor an API, and names with more than letters', () => {
    const parse = (backends: object) => configSchema.safeParse({ training: { backends } }).success;
    assert.ok(parse({ own }));
    assert.ok(!parse({ own: { ...own, command: [] } }));
    assert.ok(!parse({ own: { ...own, baseUrl: 'https://x.example' } }));
    assert.ok(!parse({ 'a.b': own }));
    assert.ok(!parse({ own: { ...own, usdPerMillionTokens: -1 } }));
  });

  it('takes a model with dots in its name for one name', () => {
    const values = { models: { profiles: { 'lab/ft:gpt-4.1:mine': 'think-tag' } } };
    const { config } = mergeLayers([{ origin: 'user', file: null, values }]);
    assert.deepEqual(config.models.profiles, { 'lab/ft:gpt-4.1:mine': 'think-tag' });
  });
});
