import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { landRequest, type Scratch, scratchRepository, stagedByGit } from '../unit/git/support.ts';
import { suiteWithMounts } from './with-mounts.ts';

suiteWithMounts(import.meta.filename, 'a folder that is a mount of its own', () => {
  let scratch: Scratch;
  beforeEach(() => {
    scratch = scratchRepository({ 'a.txt': 'one\n', 'mounted/b.txt': 'one\n' });
  });
  afterEach(() => {
    execFileSync('umount', [join(scratch.root, 'mounted')]);
    scratch.remove();
  });

  for (const [kind, words] of [
    ['another file system', ['-t', 'tmpfs', 'tmpfs']],
    ['the same file system', ['--bind', 'copy']],
  ] as const) {
    it(`is not landed in where it is ${kind}, and nothing changes`, async () => {
      const change = stagedByGit(scratch, () => {
        scratch.write('a.txt', 'two\n');
        scratch.write('mounted/b.txt', 'two\n');
      });
      mkdirSync(join(scratch.folder, 'copy'));
      const source = words.map((word) => (word === 'copy' ? join(scratch.folder, 'copy') : word));
      execFileSync('mount', [...source, join(scratch.root, 'mounted')]);
      scratch.write('mounted/b.txt', 'one\n');
      const head = scratch.git('rev-parse', 'HEAD');
      const landed = await (await scratch.open()).land(landRequest(change));
      assert.equal(landed.ok ? '' : landed.fault.code, 'repository/unsupported');
      assert.equal(scratch.git('rev-parse', 'HEAD'), head);
      assert.deepEqual(
        ['a.txt', 'mounted/b.txt'].map((path) => readFileSync(join(scratch.root, path), 'utf8')),
        ['one\n', 'one\n'],
      );
      assert.equal(scratch.git('status', '--porcelain'), '');
    });
  }
});
