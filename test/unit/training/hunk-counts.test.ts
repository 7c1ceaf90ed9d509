import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hunkCounts } from '../../../src/training/hunk-counts.ts';

interface Hunk {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const hunk = (file: string, line: number, text: string): Hunk => ({ file, line, text });

function patchOf(hunks: readonly Hunk[]): string {
  const files = [...new Set(hunks.map(({ file }) => file))];
  return files
    .map((file) => {
      const own = hunks.filter((each) => each.file === file);
      const body = own.map(
        ({ line, text }) => `@@ -${line},3 +${line},3 @@\n before\n-old ${text}\n+new ${text}\n after\n`,
      );
      return `diff --git a/${file} b/${file}\n--- a/${file}\n+++ b/${file}\n${body.join('')}`;
    })
    .join('');
}

describe('hunkCounts', () => {
  const [one, two, other] = [hunk('a.ts', 1, 'one'), hunk('a.ts', 20, 'two'), hunk('b.ts', 1, 'one')];
  const all = patchOf([one, two, other]);

  it('counts what landed as it was proposed, wherever it now stands', () => {
    const moved = patchOf([{ ...one, line: 31 }, { ...two, line: 50 }, other]);
    assert.deepEqual(hunkCounts(all, moved), { accepted: 3, edited: 0, rejected: 0 });
  });

  it('tells a hunk that was left out from one that was edited', () => {
    assert.deepEqual(hunkCounts(all, patchOf([one, other])), { accepted: 2, edited: 0, rejected: 1 });
    const edited = patchOf([one, hunk('a.ts', 20, 'otherwise'), other]);
    assert.deepEqual(hunkCounts(all, edited), { accepted: 2, edited: 1, rejected: 0 });
    assert.deepEqual(hunkCounts(all, ''), { accepted: 0, edited: 0, rejected: 3 });
  });

  it('does not take the same lines in another file for the same hunk', () => {
    assert.deepEqual(hunkCounts(patchOf([one]), patchOf([other])), { accepted: 0, edited: 0, rejected: 1 });
  });

  it('counts a file that is only renamed as one', () => {
    const renamed = 'diff --git a/a.ts b/c.ts\nsimilarity index 100%\nrename from a.ts\nrename to c.ts\n';
    assert.deepEqual(hunkCounts(renamed, renamed), { accepted: 1, edited: 0, rejected: 0 });
    assert.deepEqual(hunkCounts(renamed, all), { accepted: 0, edited: 0, rejected: 1 });
  });

  it('accounts for every hunk that was proposed', () => {
    const anyHunk = fc.record({
      file: fc.constantFrom('a.ts', 'b.ts', 'c.ts'),
      line: fc.integer({ min: 1, max: 500 }),
      text: fc.constantFrom('one', 'two', 'three'),
    });
    fc.assert(
      fc.property(fc.array(anyHunk, { maxLength: 8 }), fc.array(anyHunk, { maxLength: 8 }), (before, after) => {
        const counts = hunkCounts(patchOf(before), patchOf(after));
        assert.equal(counts.accepted + counts.edited + counts.rejected, before.length);
        assert.ok(counts.accepted + counts.edited <= after.length);
      }),
    );
  });
});
