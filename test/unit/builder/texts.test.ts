import assert from 'node:assert/strict';
import { createTexts } from '../../../src/builder/survey/texts.ts';
import { readerOf } from './ground.ts';

const files = { 'a.ts': 'a', 'b.ts': 'b', 'same.ts': 'a', 'image.png': 'PNG\0' };

async function ground() {
  const reader = readerOf(files);
  const calls: (readonly string[])[] = [];
  const counting = {
    ...reader,
    contents: (objects: readonly string[], limit: number) => {
      calls.push(objects);
      return reader.contents(objects, limit);
    },
  };
  const listed = await reader.files('base');
  return { calls, texts: createTexts(counting, new Map(listed.map(({ path, object }) => [path, object]))) };
}

describe('texts of a commit', () => {
  it('are asked of git once for all who ask in the same turn, and never again', async () => {
    const { calls, texts } = await ground();
    const [first, second] = await Promise.all([texts(['a.ts', 'b.ts']), texts(['same.ts', 'b.ts'])]);
    assert.deepEqual(
      [...first],
      [
        ['a.ts', 'a'],
        ['b.ts', 'b'],
      ],
    );
    assert.deepEqual(
      [...second],
      [
        ['same.ts', 'a'],
        ['b.ts', 'b'],
      ],
    );
    assert.deepEqual([...(await texts(['a.ts']))], [['a.ts', 'a']]);
    assert.deepEqual(
      calls.map((objects) => objects.length),
      [2],
    );
  });

  it('are absent where there is no such file, or it is no text', async () => {
    const { texts } = await ground();
    assert.deepEqual([...(await texts(['image.png', 'gone.ts', 'b.ts']))], [['b.ts', 'b']]);
  });

  it('fail for everybody who asked where git fails', async () => {
    const broken = { ...readerOf(files), contents: () => Promise.reject(new Error('git is gone')) };
    const texts = createTexts(
      broken,
      new Map([
        ['a.ts', '1'],
        ['b.ts', '2'],
      ]),
    );
    const both = await Promise.allSettled([texts(['a.ts']), texts(['b.ts', 'a.ts'])]);
    assert.deepEqual(
      both.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
  });
});
