import assert from 'node:assert/strict';
import fc from 'fast-check';
import { placeInYaml, type YamlPlace } from '../../../../src/vscode/specs/place-in-yaml.ts';

/** The place of `|` in a text. */
function placeAt(text: string): YamlPlace | null {
  const lines = text.split('\n');
  const row = lines.findIndex((line) => line.includes('|'));
  const column = lines[row]?.indexOf('|') ?? 0;
  lines[row] = (lines[row] ?? '').replace('|', '');
  return placeInYaml(lines, row, column);
}

const pathOf = (text: string) => placeAt(text)?.path;

describe('a place in a YAML text', () => {
  it('is at the top in an empty text, and where a key begins', () => {
    assert.deepEqual(placeAt('|'), { path: [], inValue: false, prefix: '', siblings: [], indent: 0 });
    assert.deepEqual(pathOf('id: a\nri|'), []);
  });

  it('is behind a key whose colon is there', () => {
    const place = placeAt('id: a\nrisk: hi|');
    assert.deepEqual(place?.path, ['risk']);
    assert.equal(place?.inValue, true);
    assert.equal(place?.prefix, 'hi');
    assert.deepEqual(pathOf('risk: |'), ['risk']);
  });

  it('is inside a mapping, however deep', () => {
    assert.deepEqual(pathOf('scope:\n  |'), ['scope']);
    assert.deepEqual(pathOf('models:\n  providers:\n    lab:\n      ap|: chat'), ['models', 'providers', 'lab']);
    assert.deepEqual(pathOf('a:\n  b: 1\nc:\n  |'), ['c']);
  });

  it('is inside an element of a list, indented or not', () => {
    assert.deepEqual(pathOf('verify:\n  - run: x\n    ti|'), ['verify', null]);
    assert.deepEqual(pathOf('verify:\n- run: x\n  ti|'), ['verify', null]);
    assert.deepEqual(pathOf('verify:\n  - run: x\n  - |'), ['verify', null]);
    assert.deepEqual(pathOf('verify:\n- run: x\n- profile: |'), ['verify', null, 'profile']);
    assert.deepEqual(pathOf('tiers:\n  - id: a\n    phases:\n      - id: b\n        risk: |'), [
      'tiers',
      null,
      'phases',
      null,
      'risk',
    ]);
  });

  it('knows the keys beside it, not those of other elements', () => {
    assert.deepEqual(placeAt('id: a\n|\ngoal: b\nscope:\n  include: []')?.siblings, ['id', 'goal', 'scope']);
    assert.deepEqual(placeAt('verify:\n  - run: a\n    shell: true\n  - run: b\n    |\n    flaky: true')?.siblings, [
      'run',
      'flaky',
    ]);
  });

  it('is none in a comment, in a text of many lines and in a flow collection', () => {
    for (const text of ['# ri|', 'id: a # ri|', 'goal: >\n  some ri|', 'include: [src, |]', 'budget: { us|'])
      assert.equal(placeAt(text), null, text);
    // The bar that opens a text cannot be told from the place here.
    assert.equal(placeInYaml(['goal: |', '  some', '', '  risk: '], 3, 8), null);
    assert.equal(placeInYaml(['acceptance:', '  - |', '    risk: '], 2, 10), null);
  });

  it('never fails, whatever the text', () => {
    const line = fc.string({ unit: fc.constantFrom(' ', '-', ':', 'a', 'b', '#', '|', '"', '{', '>'), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.nat(14), fc.nat(14), (lines, row, column) => {
        const place = placeInYaml(lines, row, column);
        return place === null || place.prefix.length <= column;
      }),
    );
  });
});
