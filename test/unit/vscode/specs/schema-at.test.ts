import assert from 'node:assert/strict';
import { jsonSchemaOf } from '../../../../src/manifest/json-schemas.ts';
import { beginningOf, keysOf, schemasAt, shapeOf, valuesOf } from '../../../../src/vscode/specs/schema-at.ts';

const phase = jsonSchemaOf('phase');
const config = jsonSchemaOf('config');
const keysAt = (root: typeof phase, ...path: (string | null)[]) => [...keysOf(schemasAt(root, path)).keys()];
const at = (...path: (string | null)[]) => schemasAt(phase, path);

describe('what a schema says at a path', () => {
  it('names the keys of the top, of a mapping and of an element', () => {
    assert.deepEqual(keysAt(phase).slice(0, 3), ['id', 'title', 'goal']);
    assert.deepEqual(keysAt(phase, 'budget'), ['usd', 'tokens', 'minutes', 'attempts']);
    assert.deepEqual(keysAt(phase, 'verify', null), ['run', 'timeout', 'profile', 'shell', 'flaky']);
    assert.ok(keysAt(jsonSchemaOf('plan'), 'tiers', null, 'phases', null).includes('acceptance'));
  });

  it('sees through names of the user’s own and through unions', () => {
    const keys = keysAt(config, 'models', 'providers', 'lab');
    assert.ok(keys.includes('cassette') && keys.includes('baseUrl'));
    assert.ok(keysAt(config, 'models', 'roles').includes('builder'));
  });

  it('lists the values that can be listed', () => {
    assert.deepEqual(valuesOf(at('risk')), ['auto', 'low', 'medium', 'high']);
    assert.deepEqual(valuesOf(at('verify', null, 'shell')), ['true', 'false']);
    assert.deepEqual(valuesOf(at('goal')), []);
  });

  it('is nothing where the path leads nowhere', () => {
    for (const path of [['nothing'], ['goal', 'deeper'], ['id', null], ['constructor'], ['__proto__']])
      assert.deepEqual(schemasAt(phase, path), [], String(path));
  });

  it('tells shapes in a line, and how to go on behind a key', () => {
    const keys = keysOf([phase]);
    assert.equal(shapeOf(keys.get('risk') ?? {}), 'auto | low | medium | high, auto unless said');
    assert.equal(shapeOf(keys.get('acceptance') ?? {}), 'array');
    assert.equal(beginningOf(keys.get('scope') ?? {}), 'mapping');
    assert.equal(beginningOf(keys.get('verify') ?? {}), 'list');
    assert.equal(beginningOf(keys.get('goal') ?? {}), 'value');
  });
});
