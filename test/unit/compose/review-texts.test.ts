import assert from 'node:assert/strict';
import fc from 'fast-check';
import { chosenText, hunksOfPatch, isEdited, placeHunks } from '../../../src/compose/review-texts.ts';
import { formatPatch } from '../../../src/patch/format-patch.ts';

const change = (before: string | null, after: string | null) =>
  formatPatch([{ path: 'a.txt', renamedFrom: null, before, after, mode: '100644' }]);
const textsOf = (before: string | null, after: string | null) => {
  const hunks = hunksOfPatch(change(before, after)).get('a.txt') ?? [];
  return { base: before ?? '', proposed: after ?? '', hunks };
};
const numbered = Array.from({ length: 30 }, (_, index) => `line ${index}`);
const text = (lines: readonly string[], end = '\n') => `${lines.join(end)}${end}`;
const before = text(numbered);
const after = text(numbered.with(2, 'first').toSpliced(20, 2, 'second', 'more', 'and more'));
const all = (texts: ReturnType<typeof textsOf>) => new Set(texts.hunks.map(({ number }) => number));

describe('the hunks of a change under review', () => {
  it('have their lines without context, on both sides', () => {
    assert.deepEqual(textsOf(before, after).hunks, [
      { number: 1, oldFrom: 2, oldTo: 3, newFrom: 2, newTo: 3 },
      { number: 2, oldFrom: 20, oldTo: 22, newFrom: 20, newTo: 23 },
    ]);
  });

  it('of a new, an emptied and a renamed file are one', () => {
    assert.deepEqual(textsOf(null, 'one\ntwo\n').hunks, [{ number: 1, oldFrom: 0, oldTo: 0, newFrom: 0, newTo: 2 }]);
    assert.deepEqual(textsOf('one\ntwo\n', '').hunks, [{ number: 1, oldFrom: 0, oldTo: 2, newFrom: 0, newTo: 0 }]);
    const renamed = { path: 'b.txt', renamedFrom: 'a.txt', before: 'x\n', after: 'x\n', mode: '100644' } as const;
    assert.equal(hunksOfPatch(formatPatch([renamed])).get('b.txt')?.length, 1);
  });

  it('follow what is edited above them, and know what is edited in them', () => {
    const texts = textsOf(before, after);
    const edited = after.replace('line 0\n', 'line 0\nmine\nmine too\n').replace('second', 'second, by me');
    const [one, two] = placeHunks(texts, edited);
    assert.deepEqual([one?.from, one?.to, one?.edited], [4, 5, false]);
    assert.deepEqual([two?.from, two?.to, two?.edited], [22, 25, true]);
  });

  it('are one text when all are taken and none when all are left out', () => {
    const texts = textsOf(before, after);
    assert.equal(chosenText(texts, after, new Set()), after);
    assert.equal(chosenText(texts, after, all(texts)), null);
  });

  it('are left out one by one, edited or not', () => {
    const texts = textsOf(before, after);
    const edited = after.replace('second', 'second, by me');
    assert.equal(chosenText(texts, edited, new Set([1])), edited.replace('first', 'line 2'));
    assert.equal(chosenText(texts, edited, new Set([2])), text(numbered.with(2, 'first')));
  });

  it('keep an edit beside them when all are left out', () => {
    const texts = textsOf(before, after);
    assert.equal(chosenText(texts, after.replace('line 10', 'mine'), all(texts)), before.replace('line 10', 'mine'));
  });

  it('keep line endings and the byte order mark that the editor does not show', () => {
    const mixed = '\ufeffone\r\ntwo\nthree\r\n';
    const texts = textsOf(mixed, mixed.replace('two', 'TWO'));
    const shown = 'one\r\nTWO\r\nthree\r\n';
    assert.equal(isEdited(texts.proposed, shown), false);
    assert.equal(chosenText(texts, shown, new Set()), texts.proposed);
    assert.equal(chosenText(texts, shown.replace('one', 'ONE'), new Set()), '\ufeffONE\r\nTWO\nthree\r\n');
  });

  it('tell a missing last line end from an edit', () => {
    assert.equal(isEdited('one\n', 'one'), true);
    const texts = textsOf('one\ntwo', 'one\nTWO');
    assert.equal(chosenText(texts, 'one\nTWO', new Set()), 'one\nTWO');
    assert.equal(chosenText(texts, 'zero\none\nTWO', new Set([1])), 'zero\none\ntwo');
  });

  it('are placed at once in a long file: 60 hunks, 3,000 lines, edited above, in and below them', () => {
    const lines = Array.from({ length: 3000 }, (_, index) => `  line ${index % 7 === 0 ? '' : index};`);
    const changed = lines.map((line, index) => (index % 50 === 25 ? `${line} // changed` : line));
    const patch = change(text(lines), text(changed));
    const edited = text(changed.flatMap((line, index) => (index % 100 === 25 ? [line, 'mine'] : line)));
    const seconds = Array.from({ length: 5 }, () => {
      const started = performance.now();
      const hunks = hunksOfPatch(patch).get('a.txt') ?? [];
      const placed = placeHunks({ base: text(lines), proposed: text(changed), hunks }, edited);
      assert.equal(placed.length, 60);
      assert.equal(placed.filter((hunk) => hunk.edited).length, 30);
      return performance.now() - started;
    });
    assert.ok(Math.min(...seconds) < 300, `${Math.min(...seconds)} ms`);
  });

  it('give the base or the proposal, whatever the texts', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', '', 'd'), { maxLength: 25 });
    const file = fc.tuple(lines, fc.boolean()).map(([all, ended]) => `${all.join('\n')}${ended ? '\n' : ''}`);
    fc.assert(
      fc.property(file, file, (old, now) => {
        fc.pre(old !== now);
        const texts = textsOf(old, now);
        assert.equal(chosenText(texts, now, new Set()), now);
        // An edit that keeps the file's change in, so that the base shows as text.
        const edited = chosenText(
          { ...texts, hunks: [...texts.hunks, { ...texts.hunks[0]!, number: 0, newFrom: -9, newTo: -9 }] },
          now,
          all(texts),
        );
        assert.equal(edited, old);
      }),
      { numRuns: 300 },
    );
  });
});
