import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenRepository } from '../../../src/git/open-repository.ts';
import { landRequest, type Scratch, scope, scratchRepository, specOf, staged } from './support.ts';

const toFolder = `--- a/lib
+++ /dev/null
@@ -1 +0,0 @@
-one
--- /dev/null
+++ b/lib/deep/index
@@ -0,0 +1 @@
+one
`;

const toFile = `--- a/pack/a
+++ /dev/null
@@ -1 +0,0 @@
-a
--- a/pack/deep/b
+++ /dev/null
@@ -1 +0,0 @@
-b
--- /dev/null
+++ b/pack
@@ -0,0 +1 @@
+all in one
`;

describe('a file that becomes a folder, and a folder that becomes a file', () => {
  let scratch: Scratch;
  let repository: OpenRepository;
  beforeEach(async () => {
    scratch = scratchRepository({
      '.gitignore': '*.log\n',
      lib: 'one\n',
      'pack/a': 'a\n',
      'pack/deep/b': 'b\n',
    });
    repository = await scratch.open();
  });
  afterEach(() => scratch.remove());

  const state = () => scratch.git('status', '--porcelain', '--ignored');
  async function landed(patch: string) {
    return repository.land(landRequest(await staged(repository, patch)));
  }

  it('are staged as git sees them and land', async () => {
    const change = await staged(repository, `${toFolder}${toFile}`);
    assert.equal(
      scratch.git('ls-tree', '-r', '--name-only', change.tree),
      ['.gitignore', 'lib/deep/index', 'pack'].join('\n'),
    );
    const done = await repository.land(landRequest(change));
    assert.ok(done.ok, JSON.stringify(done));
    assert.deepEqual(['lib/deep/index', 'pack'].map(scratch.read), ['one\n', 'all in one\n']);
    assert.equal(state(), '');
    const back = await repository.rollback([done.value], []);
    assert.ok(back.ok, JSON.stringify(back));
    assert.deepEqual(['lib', 'pack/a', 'pack/deep/b'].map(scratch.read), ['one\n', 'a\n', 'b\n']);
    assert.equal(state(), '');
  });

  it('are put on a branch that moved, as they were', async () => {
    const change = await staged(repository, `${toFolder}${toFile}`);
    scratch.write('other', 'x\n');
    const again = await repository.restage(scope, change, scratch.commit('other'));
    assert.ok(again.ok, JSON.stringify(again));
    assert.equal(again.value.patch, change.patch);
  });

  it('are refused on a branch where something new stands in the folder', async () => {
    const change = await staged(repository, toFile);
    scratch.write('pack/new', 'x\n');
    const again = await repository.restage(scope, change, scratch.commit('new'));
    assert.equal(again.ok ? '' : again.fault.code, 'patch/does-not-apply');
  });

  it('cannot be taken by half', async () => {
    const change = await staged(repository, toFolder);
    const part = await repository.stagePart(scope, change, new Map([['lib/deep/index', [1]]]));
    assert.equal(part.ok ? '' : part.fault.code, 'patch/does-not-apply');
  });

  it('stay within the scope: both the old and the new path must be', async () => {
    const { commit } = await repository.head();
    const spec = specOf({ scope: { include: ['lib/deep/**'] } });
    const refused = await repository.stage({ scope, spec, reply: toFolder, base: commit });
    assert.deepEqual(refused, { ok: false, fault: { code: 'patch/out-of-scope', files: ['lib'] } });
  });

  for (const [what, path] of [
    ['an ignored file', 'pack/deep/cache.log'],
    ['an untracked file', 'pack/mine'],
  ] as const) {
    it(`leave everything as it is where ${what} of the user’s stands in the folder`, async () => {
      scratch.write(path, 'mine\n');
      const before = state();
      const refused = await landed(toFile);
      assert.deepEqual(refused, { ok: false, fault: { code: 'repository/path-exists', paths: [path] } });
      assert.equal(scratch.read(path), 'mine\n');
      assert.equal(state(), before);
    });
  }

  it('leave everything as it is where the file that goes was edited', async () => {
    scratch.write('lib', 'mine\n');
    const refused = await landed(toFolder);
    assert.deepEqual(refused, { ok: false, fault: { code: 'repository/dirty-path', paths: ['lib'] } });
    assert.equal(scratch.read('lib'), 'mine\n');
  });

  it('make a base for new tests, also where the old file is not among them', async () => {
    const change = await staged(repository, toFolder);
    for (const paths of [['lib/deep/index', 'lib'], ['lib/deep/index']]) {
      const commit = await repository.baseWithPaths(change, paths);
      const names = scratch.git('ls-tree', '-r', '--name-only', commit).split('\n');
      assert.deepEqual(names, ['.gitignore', 'lib/deep/index', 'pack/a', 'pack/deep/b']);
    }
  });

  it('never lead through a link that the user put where the file was', async () => {
    const change = await staged(repository, toFolder);
    const outside = join(scratch.folder, 'outside');
    mkdirSync(outside);
    rmSync(join(scratch.root, 'lib'));
    symlinkSync(outside, join(scratch.root, 'lib'));
    const refused = await repository.land(landRequest(change));
    assert.equal(refused.ok ? '' : refused.fault.code, 'repository/dirty-path');
    assert.ok(!existsSync(join(outside, 'deep')));
  });

  it('land over an empty folder that git does not see', async () => {
    mkdirSync(join(scratch.root, 'pack', 'empty'));
    const done = await landed(toFile);
    assert.ok(done.ok, JSON.stringify(done));
    assert.equal(scratch.read('pack'), 'all in one\n');
  });
});
