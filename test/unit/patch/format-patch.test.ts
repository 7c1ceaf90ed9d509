import assert from 'node:assert/strict';
import type { FileChange } from '../../../src/domain/patch.ts';
import { formatPatch } from '../../../src/patch/format-patch.ts';
import { applyWithGit } from './git-apply.ts';
import { changedFiles } from './trees.ts';

function change(path: string, before: string | null, after: string | null, more: Partial<FileChange> = {}): FileChange {
  return { path, renamedFrom: null, before, after, mode: '100644', ...more };
}

describe('formatPatch', () => {
  const before = new Map([
    ['a b.txt', 'one\ntwo\n'],
    ['é"x.txt', 'one\n'],
    ['old.txt', 'one\ntwo\nthree\nfour\n'],
    ['gone.txt', 'x'],
    ['crlf.txt', 'one\r\ntwo\r\n'],
    ['open.txt', 'one\ntwo'],
    ['empty.txt', ''],
  ]);
  const changes: FileChange[] = [
    change('a b.txt', 'one\ntwo\n', 'one\nTWO\n'),
    change('é"x.txt', 'one\n', 'two\n'),
    change('dir/new.txt', 'one\ntwo\nthree\nfour\n', 'one\ntwo\n3\nfour\n', { renamedFrom: 'old.txt' }),
    change('gone.txt', 'x', null),
    change('crlf.txt', 'one\r\ntwo\r\n', 'one\r\n2\r\n'),
    change('open.txt', 'one\ntwo', 'one\ntwo\nthree'),
    change('fresh/deep.sh', null, '#!/bin/sh\n', { mode: '100755' }),
    change('blank.txt', null, ''),
    change('empty.txt', '', null),
  ];

  it('is what git takes: names, renames, modes, line ends, last lines, empty files', () => {
    assert.deepEqual(applyWithGit(before, formatPatch(changes)), changedFiles(before, changes));
  });

  it('writes the canonical form', () => {
    assert.equal(
      formatPatch([change('f', 'a\nb\n', 'a\nc')]),
      'diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n\\ No newline at end of file\n',
    );
    assert.equal(formatPatch([change('f', 'a\n', 'a\n')]), '');
    assert.match(
      formatPatch([{ ...change('f', 'a\n', 'a\n', { mode: '100755' }), modeBefore: '100644' }]),
      /^old mode 100644\nnew mode 100755$/m,
    );
  });

  it('puts changes that are near each other into one hunk and others into their own', () => {
    const numbers = Array.from({ length: 40 }, (_, at) => `${at}\n`);
    const edited = (...places: number[]): string =>
      numbers.map((line, at) => (places.includes(at) ? `x${line}` : line)).join('');
    const hunks = (...places: number[]): number =>
      formatPatch([change('f', numbers.join(''), edited(...places))]).split('\n@@').length - 1;
    assert.equal(hunks(10, 17), 1);
    assert.equal(hunks(10, 18), 2);
  });
});
