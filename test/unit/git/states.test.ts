import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../../src/domain/engine-error.ts';
import type { Fault } from '../../../src/domain/fault.ts';
import type { RepositoryOptions } from '../../../src/git/context.ts';
import { openRepository } from '../../../src/git/open-repository.ts';
import { landRequest, type Scratch, scope, scratchRepository, specOf, staged, stagedByGit } from './support.ts';

const patch = '--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n';

async function faultOfWork(work: Promise<unknown>): Promise<Fault> {
  try {
    const result = (await work) as { ok?: boolean; fault?: Fault };
    if (result?.ok === false) return result.fault as Fault;
  } catch (error) {
    if (error instanceof EngineError) return error.fault;
    throw error;
  }
  return assert.fail('it did not fail');
}

describe('states of a repository', () => {
  let scratch: Scratch;
  beforeEach(() => {
    scratch = scratchRepository();
  });
  afterEach(() => scratch.remove());

  const openAt = (directory: string, options: RepositoryOptions = {}) =>
    openRepository(directory, { environment: scratch.environment, waitSeconds: 0.2, ...options });

  it('finds the top of the working tree from a folder in it', async () => {
    scratch.write('deep/er/file', '');
    const repository = await openAt(join(scratch.root, 'deep', 'er'));
    assert.equal(repository.root, realpathSync(scratch.root));
    assert.equal(repository.stateDirectory, join(repository.root, '.git', 'countersign'));
    assert.ok(!existsSync(repository.stateDirectory), 'opening writes nothing');
  });

  it('gives a repository a stable name of its own', async () => {
    const other = scratchRepository();
    try {
      const ids = await Promise.all(
        [scratch.open(), scratch.open(), other.open()].map(async (open) => (await open).id),
      );
      assert.equal(ids[0], ids[1]);
      assert.notEqual(ids[0], ids[2]);
      assert.match(ids[0] as string, /^project-[0-9a-f]{16}$/);
    } finally {
      other.remove();
    }
  });

  it('says that there is no repository, or no such folder', async () => {
    assert.equal((await faultOfWork(openAt(scratch.folder))).code, 'repository/none');
    assert.equal((await faultOfWork(openAt(join(scratch.folder, 'nowhere')))).code, 'repository/none');
  });

  it('says that a repository is bare', async () => {
    const bare = join(scratch.folder, 'bare.git');
    execFileSync('git', ['init', '--quiet', '--bare', bare], { env: scratch.environment });
    assert.equal((await faultOfWork(openAt(bare))).code, 'repository/bare');
  });

  it('says that there is no commit yet', async () => {
    const unborn = join(scratch.folder, 'unborn');
    execFileSync('git', ['init', '--quiet', unborn], { env: scratch.environment });
    const repository = await openAt(unborn);
    assert.deepEqual(await faultOfWork(repository.head()), { code: 'repository/no-commit', directory: unborn });
  });

  it('says that git is missing or too old', async () => {
    const folder = join(scratch.folder, 'bin');
    mkdirSync(folder);
    const environment = { ...scratch.environment, PATH: folder };
    assert.equal((await faultOfWork(openAt(scratch.root, { environment }))).code, 'git/missing');
    writeFileSync(join(folder, 'git'), '#!/bin/sh\necho git version 2.30.2\n');
    chmodSync(join(folder, 'git'), 0o755);
    const fault = await faultOfWork(openAt(scratch.root, { environment }));
    assert.deepEqual(fault, { code: 'git/missing', detail: 'git version 2.30.2 is too old' });
  });

  it('never takes a git from a relative entry of PATH', async () => {
    scratch.write('git', '#!/bin/sh\ntouch ran\n', 0o755);
    const environment = { ...scratch.environment, PATH: `.:${scratch.environment.PATH}` };
    await openAt(scratch.root, { environment });
    assert.ok(!existsSync(join(scratch.root, 'ran')));
  });

  it('works in a linked worktree and in a submodule', async () => {
    const linked = join(scratch.folder, 'linked');
    scratch.git('worktree', 'add', '--quiet', linked);
    assert.equal((await (await openAt(linked)).head()).branch, 'refs/heads/linked');
    scratch.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', scratch.root, 'sub');
    const sub = await openAt(join(scratch.root, 'sub'));
    assert.equal(sub.root, join(scratch.root, 'sub'));
  });

  it('reads a detached HEAD, and lands on a branch by name from there', async () => {
    const repository = await scratch.open();
    const change = await staged(repository, patch);
    scratch.git('switch', '--quiet', '--detach');
    assert.equal((await repository.head()).branch, null);
    assert.ok((await repository.land(landRequest(change))).ok);
    assert.equal(scratch.read('a.txt'), 'one\ntwo\nthree\n');
  });

  for (const [operation, begin] of [
    ['merge', (git: Scratch['git']) => git('merge', '--no-ff', '--no-commit', 'other')],
    ['cherry-pick', (git: Scratch['git']) => git('cherry-pick', 'clash')],
    ['revert', (git: Scratch['git']) => git('revert', '--no-commit', 'HEAD')],
    ['bisect', (git: Scratch['git']) => git('bisect', 'start')],
  ] as const) {
    it(`is busy during a ${operation}`, async () => {
      scratch.git('switch', '--quiet', '-c', 'other');
      scratch.write('o.txt', 'o\n');
      scratch.commit();
      scratch.git('switch', '--quiet', '-c', 'clash', 'main');
      scratch.write('m.txt', 'other\n');
      scratch.commit();
      scratch.git('switch', '--quiet', 'main');
      scratch.write('m.txt', 'm\n');
      scratch.commit();
      const repository = await scratch.open();
      const change = await staged(repository, patch);
      try {
        begin(scratch.git);
      } catch {
        // A conflict is what is wanted.
      }
      const status = scratch.git('status', '--porcelain');
      assert.deepEqual(await faultOfWork(repository.land(landRequest(change))), { code: 'repository/busy', operation });
      assert.deepEqual(await repository.checkLandable('refs/heads/main'), { code: 'repository/busy', operation });
      assert.equal(scratch.git('status', '--porcelain'), status);
    });
  }

  it('is busy during a rebase of the branch, which leaves HEAD detached', async () => {
    scratch.git('switch', '--quiet', '-c', 'other');
    scratch.write('a.txt', 'other\n');
    scratch.commit();
    scratch.git('switch', '--quiet', 'main');
    scratch.write('a.txt', 'mine\n');
    scratch.commit();
    const repository = await scratch.open();
    const change = await staged(repository, '--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-mine\n+theirs\n');
    assert.throws(() => scratch.git('rebase', '--quiet', 'other'));
    assert.equal((await faultOfWork(repository.land(landRequest(change)))).code, 'repository/busy');
  });

  it('is busy while conflicts of a stash are unresolved', async () => {
    scratch.write('a.txt', 'stashed\n');
    scratch.git('stash', 'push', '--quiet');
    scratch.write('a.txt', 'committed\n');
    scratch.commit();
    const repository = await scratch.open();
    const change = await staged(repository, '--- /dev/null\n+++ b/n.txt\n@@ -0,0 +1 @@\n+n\n');
    assert.throws(() => scratch.git('stash', 'pop', '--quiet'));
    const fault = await faultOfWork(repository.land(landRequest(change)));
    assert.deepEqual(fault, { code: 'repository/busy', operation: 'conflict resolution' });
  });

  it('says that the index is locked, and leaves a lock that is not its own', async () => {
    const repository = await scratch.open();
    const change = await staged(repository, patch);
    const lock = join(scratch.root, '.git', 'index.lock');
    writeFileSync(lock, '');
    const fault = await faultOfWork(repository.land(landRequest(change)));
    assert.deepEqual(fault, { code: 'repository/locked', lock, holder: 'another git command' });
    await repository.recover();
    assert.ok(existsSync(lock));
  });

  it('waits for a short lock on the index', async () => {
    const repository = await scratch.open({ waitSeconds: 5 });
    const change = await staged(repository, patch);
    const lock = join(scratch.root, '.git', 'index.lock');
    writeFileSync(lock, '');
    execFileSync('sh', ['-c', `(sleep 0.5; rm '${lock}') >/dev/null 2>&1 &`]);
    assert.ok((await repository.land(landRequest(change))).ok);
  });

  it('leaves a lock on HEAD or the branch that is not its own', async () => {
    const repository = await scratch.open();
    const change = await staged(repository, patch);
    for (const name of ['HEAD.lock', 'refs/heads/main.lock']) {
      const lock = join(scratch.root, '.git', name);
      writeFileSync(lock, '');
      assert.equal((await faultOfWork(repository.land(landRequest(change)))).code, 'repository/locked', name);
      await repository.recover();
      assert.ok(existsSync(lock));
      execFileSync('rm', [lock]);
    }
  });

  it('names the Countersign that is landing just now', async () => {
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const first = await scratch.open({
      holder: 'editor',
      failpoint: async (name) => {
        if (name !== 'landing/commit-made') return;
        reached.resolve();
        await gate.promise;
      },
    });
    const change = await staged(first, patch);
    const landing = first.land(landRequest(change));
    await reached.promise;
    const other = await scratch.open();
    const fault = await faultOfWork(other.land(landRequest(change)));
    assert.deepEqual(await other.recover(), []);
    gate.resolve();
    assert.equal(fault.code, 'repository/locked');
    assert.match(fault.code === 'repository/locked' ? (fault.holder ?? '') : '', /^editor \(process \d+ on /);
    assert.ok((await landing).ok);
  });

  it('takes over the lock of a process that is gone', async () => {
    const repository = await scratch.open();
    const change = await staged(repository, patch);
    const holder = {
      pid: 999_999,
      started: '1',
      host: execFileSync('hostname').toString().trim(),
      name: 'gone',
      since: '',
    };
    await repository.recover();
    writeFileSync(join(repository.stateDirectory, 'moves.lock'), JSON.stringify(holder));
    assert.ok((await repository.land(landRequest(change))).ok);
  });

  it('keeps its state for the user alone', async () => {
    const repository = await scratch.open();
    await repository.recover();
    const mode = execFileSync('stat', ['-c', '%a', repository.stateDirectory]).toString().trim();
    assert.equal(mode, '700');
    assert.equal(scratch.git('status', '--porcelain', '--ignored'), '');
  });

  it('refuses to patch a submodule, a link, or a file kept in Git LFS', async () => {
    scratch.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', scratch.root, 'sub');
    scratch.write('model.bin', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n');
    execFileSync('ln', ['-s', 'a.txt', join(scratch.root, 'link')]);
    const base = scratch.commit();
    const repository = await scratch.open();
    const fault = async (reply: string) => faultOfWork(repository.stage({ scope, spec: specOf(), reply, base }));
    const inside = await fault('--- /dev/null\n+++ b/sub/x.txt\n@@ -0,0 +1 @@\n+x\n');
    assert.deepEqual(inside, { code: 'patch/forbidden', file: 'sub/x.txt', detail: '`sub` is a submodule.' });
    const lfs = await fault('--- a/model.bin\n+++ b/model.bin\n@@ -3 +3 @@\n-size 1\n+size 2\n');
    assert.equal(lfs.code, 'patch/forbidden');
    const link = await fault('--- a/link\n+++ b/link\n@@ -1 +1 @@\n-one\n+ONE\n');
    assert.match(link.code, /^patch\//);
  });

  it('does not land on a submodule’s pointer', async () => {
    scratch.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', scratch.root, 'sub');
    scratch.commit();
    const repository = await scratch.open();
    const change = stagedByGit(scratch, () =>
      scratch.git('-C', 'sub', 'commit', '--quiet', '--allow-empty', '-m', 'on'),
    );
    assert.equal((await faultOfWork(repository.land(landRequest(change)))).code, 'repository/unsupported');
  });

  it('lands inside a sparse checkout and is refused outside of it', async () => {
    scratch.write('in/a.txt', 'in\n');
    scratch.write('out/a.txt', 'out\n');
    scratch.commit();
    const repository = await scratch.open();
    const inside = await staged(repository, '--- a/in/a.txt\n+++ b/in/a.txt\n@@ -1 +1 @@\n-in\n+IN\n');
    const outside = await staged(repository, '--- a/out/a.txt\n+++ b/out/a.txt\n@@ -1 +1 @@\n-out\n+OUT\n');
    scratch.git('sparse-checkout', 'set', 'in');
    assert.ok(!existsSync(join(scratch.root, 'out')));
    assert.equal((await faultOfWork(repository.land(landRequest(outside)))).code, 'repository/unsupported');
    assert.ok((await repository.land(landRequest(inside))).ok);
    assert.equal(scratch.read('in/a.txt'), 'IN\n');
    assert.equal(scratch.git('status', '--porcelain'), '');
  });

  it('does not land through a branch that only stands for another', async () => {
    const repository = await scratch.open();
    const change = await staged(repository, patch);
    scratch.git('symbolic-ref', 'refs/heads/alias', 'refs/heads/main');
    const fault = await faultOfWork(repository.land(landRequest(change, 'refs/heads/alias')));
    assert.equal(fault.code, 'repository/unsupported');
    assert.equal(scratch.git('rev-parse', 'main'), change.base);
  });

  it('does not land where nothing is checked out', async () => {
    const repository = await scratch.open();
    const change = await staged(repository, patch);
    rmSync(join(scratch.root, '.git', 'index'));
    assert.equal((await faultOfWork(repository.land(landRequest(change)))).code, 'repository/unsupported');
    assert.ok(!existsSync(join(scratch.root, '.git', 'index')));
  });

  it('does not open a repository whose refs are kept in a way it does not know', async () => {
    scratch.git('config', 'extensions.refStorage', 'reftable');
    assert.match((await faultOfWork(scratch.open())).code, /^repository\/(?:unsupported|unsafe)$/);
  });

  it('commits in a name of its own where git knows none', async () => {
    scratch.git('config', '--global', '--unset', 'user.name');
    scratch.git('config', '--global', '--unset', 'user.email');
    const repository = await scratch.open();
    assert.ok((await repository.land(landRequest(await staged(repository, patch)))).ok);
    assert.equal(scratch.git('log', '-1', '--format=%an'), 'Countersign');
  });

  it('works in a repository that names its objects by SHA-256', async () => {
    const other = join(scratch.folder, 'sha256');
    const run = (...words: string[]) => execFileSync('git', words, { cwd: other, env: scratch.environment });
    execFileSync('git', ['init', '--quiet', '--object-format=sha256', '-b', 'main', other], {
      env: scratch.environment,
    });
    writeFileSync(join(other, 'a.txt'), 'one\ntwo\nthree\n');
    run('add', '.');
    run('commit', '--quiet', '-m', 'first');
    const repository = await openAt(other);
    const landed = await repository.land(landRequest(await staged(repository, patch)));
    assert.ok(landed.ok, JSON.stringify(landed));
    const lease = await repository.worktrees.lease(landed.value.commit, new AbortController().signal);
    await lease.release();
  });
});
