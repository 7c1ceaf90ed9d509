import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nameSchema } from '../../../../src/domain/spec.ts';
import { draftAt, idFrom, wishOf } from '../../../../src/vscode/specs/phase-draft.ts';

describe('a drafted phase', () => {
  it('is named by its first words', () => {
    assert.equal(idFrom('Answer 429 where a client asks too often'), 'answer-429-where-a-client-asks-too-often');
    assert.equal(idFrom('Grüße Café!'), 'gru-e-cafe');
    assert.equal(idFrom('…'), 'phase');
    assert.equal(idFrom('words '.repeat(40)).length <= 48, true);
  });

  it('has a name that a spec may have, whatever the goal', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (goal) => nameSchema.safeParse(idFrom(goal)).success));
  });

  it('may change the file it is about, named literally, and says the place', () => {
    const draft = draftAt('Tidy up', { file: 'src/[id]/a.ts', firstLine: 3, lastLine: 9 });
    assert.deepEqual(draft.scope.include, ['src/\\[id\\]/a.ts']);
    assert.match(draft.goal, /^Tidy up\n\nThis is about src\/\[id\]\/a\.ts, lines 3 to 9\./);
    assert.match(draftAt('Tidy up', { file: 'a', firstLine: 2, lastLine: 2 }).goal, /line 2\./);
  });
});

describe('the wish of a comment', () => {
  it('is what stands behind its mark', () => {
    assert.equal(wishOf('  // TODO: limit this'), 'limit this');
    assert.equal(wishOf('/* FIXME(ada) close the file */'), 'close the file');
    assert.equal(wishOf('<!-- TODO name it -->'), 'name it');
    assert.equal(wishOf('# TODO'), null);
    assert.equal(wishOf('const todos = TODOS;'), null);
    assert.equal(wishOf(''), null);
  });
});
