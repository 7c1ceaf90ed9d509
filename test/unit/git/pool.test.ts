import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Worktree } from '../../../src/engine/ports/checks.ts';
import { cleanAbandonedPools } from '../../../src/git/abandoned-pools.ts';
import { plainGit, type Scratch, scratchRepository } from './support.ts';

const free = () => new AbortController().signal;

describe('the worktree pool', () => {
  let scratch: Scratch;
  let first: string;
  let second: string;

  beforeEach(() => {
    scratch = scratchRepository({
      'a.txt': 'one\n',
      'dir/b.txt': 'b\n',
      'run.sh': '#!/bin/sh\n',
      '.gitignore': 'made/\n',
    });
    first = scratch.git('rev-parse', 'HEAD');
    scratch.write('a.txt', 'two\n');
    scratch.write('c/new.txt', 'c\n');
    scratch.git('rm', '--quiet', '-r', 'dir');
    second = scratch.commit();
  });
  afterEach(() => scratch.remove());

  /** All of a worktree's files with their content. */
  function filesOf({ directory }: Worktree): Record<string, string> {
    const names = execFileSync('find', ['.', '-type', 'f', '-not', '-path', './.git'], {
      cwd: directory,
      encoding: 'utf8',
    });
    const files = names.split('\n').filter(Boolean).sort();
    return Object.fromEntries(files.map((name) => [name.slice(2), readFileSync(join(directory, name), 'utf8')]));
  }

  const atFirst = { '.gitignore': 'made/\n', 'a.txt': 'one\n', 'dir/b.txt': 'b\n', 'run.sh': '#!/bin/sh\n' };
  const atSecond = { '.gitignore': 'made/\n', 'a.txt': 'two\n', 'c/new.txt': 'c\n', 'run.sh': '#!/bin/sh\n' };

  it('holds a commit’s files, outside of the repository, unknown to the user’s git', async () => {
    const { worktrees, id } = await scratch.open();
    const lease = await worktrees.lease(first, free());
    assert.deepEqual(filesOf(lease), atFirst);
    assert.equal(lease.directory, join(scratch.folder, 'cache', 'countersign', id, 'worktree-0'));
    assert.equal(scratch.git('worktree', 'list').split('\n').length, 1);
    await lease.release();
  });

  it('moves the same folder to another commit and back', async () => {
    const { worktrees } = await scratch.open();
    const one = await worktrees.lease(first, free());
    const kept = statSync(join(one.directory, 'run.sh')).ino;
    await one.release();
    const two = await worktrees.lease(second, free());
    assert.deepEqual(filesOf(two), atSecond);
    assert.equal(two.directory, one.directory);
    assert.equal(statSync(join(two.directory, 'run.sh')).ino, kept, 'an unchanged file is not written again');
    assert.ok(!existsSync(join(two.directory, 'dir')));
    await two.release();
    const again = await worktrees.lease(first, free());
    assert.deepEqual(filesOf(again), atFirst);
    await again.release();
  });

  it('undoes whatever a check did, also one that hides its traces', async () => {
    const { worktrees } = await scratch.open();
    const lease = await worktrees.lease(first, free());
    const file = join(lease.directory, 'a.txt');
    const { atime, mtime } = statSync(file);
    writeFileSync(file, 'uno\n');
    utimesSync(file, atime, mtime);
    rmSync(join(lease.directory, 'dir'), { recursive: true });
    chmodSync(join(lease.directory, 'run.sh'), 0o755);
    mkdirSync(join(lease.directory, 'made', 'deep'), { recursive: true });
    writeFileSync(join(lease.directory, 'made', 'deep', 'x'), 'x');
    chmodSync(join(lease.directory, 'made'), 0o000);
    writeFileSync(join(lease.directory, 'loose'), 'x');
    writeFileSync(join(lease.directory, '.git'), 'gitdir: /nowhere\n');
    await lease.release();
    const again = await worktrees.lease(first, free());
    assert.deepEqual(filesOf(again), atFirst);
    assert.equal(statSync(join(again.directory, 'run.sh')).mode & 0o100, 0);
    assert.ok(!existsSync(join(again.directory, 'made')));
    await again.release();
  });

  it('gives each user a worktree of its own, and lets more than the bound wait', async () => {
    const { worktrees } = await scratch.open({ worktrees: 2 });
    const one = await worktrees.lease(first, free());
    const two = await worktrees.lease(second, free());
    assert.notEqual(one.directory, two.directory);
    let third: Worktree | null = null;
    const waiting = worktrees.lease(first, free()).then((lease) => {
      third = lease;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(third, null);
    await one.release();
    await waiting;
    assert.equal((third as unknown as Worktree).directory, one.directory);
  });

  it('stops waiting when it is told to', async () => {
    const { worktrees } = await scratch.open({ worktrees: 1 });
    await worktrees.lease(first, free());
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    await assert.rejects(worktrees.lease(first, stop.signal), { name: 'AbortError' });
  });

  it('keeps git of a check away from the user’s refs', async () => {
    const { worktrees } = await scratch.open();
    const lease = await worktrees.lease(first, free());
    const run = (...words: string[]) => plainGit(lease.directory, scratch.environment, words);
    assert.equal(run('rev-parse', 'HEAD'), first);
    assert.equal(run('ls-files').split('\n').length, 4);
    assert.equal(run('status', '--porcelain'), '');
    const before = scratch.git('for-each-ref');
    run('tag', 'mine');
    run('commit', '--quiet', '--allow-empty', '-m', 'in a check');
    run('config', 'core.hooksPath', '/nowhere');
    assert.equal(scratch.git('for-each-ref'), before);
    assert.throws(() => scratch.git('config', '--get', 'core.hooksPath'));
    await lease.release();
    const again = await worktrees.lease(second, free());
    assert.deepEqual(filesOf(again), atSecond);
    await again.release();
  });

  it('is made anew where it is damaged', async () => {
    const { worktrees } = await scratch.open();
    const lease = await worktrees.lease(first, free());
    await lease.release();
    const pool = join(lease.directory, '..');
    writeFileSync(join(pool, 'git', 'worktrees', '0', 'index'), 'no index');
    const again = await worktrees.lease(second, free());
    assert.deepEqual(filesOf(again), atSecond);
    await again.release();
  });

  it('takes over a worktree whose user was killed while it was being moved', async () => {
    const { worktrees } = await scratch.open();
    const lease = await worktrees.lease(first, free());
    await lease.release();
    const pool = join(lease.directory, '..');
    writeFileSync(join(pool, 'git', 'worktrees', '0', 'index.lock'), '');
    writeFileSync(join(pool, 'worktree-0.lock'), JSON.stringify({ pid: 999_999 }));
    rmSync(join(lease.directory, 'a.txt'));
    const again = await worktrees.lease(second, free());
    assert.equal(again.directory, lease.directory);
    assert.deepEqual(filesOf(again), atSecond);
    await again.release();
  });

  it('leaves submodules as empty folders and clears what a check put into them', async () => {
    scratch.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', scratch.root, 'sub');
    const commit = scratch.commit();
    const { worktrees } = await scratch.open();
    const lease = await worktrees.lease(commit, free());
    assert.deepEqual(readdirSync(join(lease.directory, 'sub')), []);
    writeFileSync(join(lease.directory, 'sub', 'x'), 'x');
    await lease.release();
    const again = await worktrees.lease(commit, free());
    assert.deepEqual(readdirSync(join(again.directory, 'sub')), []);
    await again.release();
  });

  it('tells its size and is cleaned, but never while somebody uses it', async () => {
    const { worktrees } = await scratch.open();
    const used = await worktrees.lease(first, free());
    const idle = await worktrees.lease(second, free());
    await idle.release();
    const use = await worktrees.use();
    assert.deepEqual([use.worktrees, use.most], [2, 4]);
    assert.ok(use.bytes > 4096);
    assert.equal(await worktrees.clean(1), 0);
    assert.ok((await worktrees.clean(0)) > 0);
    assert.ok(existsSync(used.directory));
    assert.ok(!existsSync(idle.directory));
    await used.release();
  });

  it('lets go of worktrees beyond a bound that was lowered', async () => {
    const wide = (await scratch.open({ worktrees: 3 })).worktrees;
    const leases = [await wide.lease(first, free()), await wide.lease(second, free())];
    for (const lease of leases) await lease.release();
    const narrow = (await scratch.open({ worktrees: 1 })).worktrees;
    await (await narrow.lease(first, free())).release();
    assert.deepEqual([(await narrow.use()).worktrees, (await narrow.use()).most], [1, 1]);
  });

  it('makes a worktree anew that was cut off while it was made', async () => {
    const { worktrees } = await scratch.open();
    const lease = await worktrees.lease(first, free());
    await lease.release();
    rmSync(`${lease.directory}.json`);
    writeFileSync(join(lease.directory, 'loose'), 'x');
    const again = await worktrees.lease(first, free());
    assert.deepEqual(filesOf(again), atFirst);
    await again.release();
  });

  it('leaves alone in the cache what it cannot read', async () => {
    const cache = join(scratch.folder, 'cache', 'countersign');
    mkdirSync(join(cache, 'strange'), { recursive: true });
    writeFileSync(join(cache, 'strange', 'repository.json'), '{"commonDirectory": 7}');
    assert.equal(await cleanAbandonedPools(cache), 0);
    assert.ok(existsSync(join(cache, 'strange')));
  });

  it('cleans the pools of repositories that are gone', async () => {
    const other = scratchRepository();
    const cacheDirectory = join(scratch.folder, 'cache', 'countersign');
    const { worktrees, id } = await other.open({ cacheDirectory });
    await (await worktrees.lease(other.git('rev-parse', 'HEAD'), free())).release();
    const mine = await scratch.open();
    await (await mine.worktrees.lease(first, free())).release();
    assert.equal(await cleanAbandonedPools(cacheDirectory), 0);
    const prepared = join(cacheDirectory, 'prepared', id);
    mkdirSync(prepared, { recursive: true });
    other.remove();
    assert.ok((await cleanAbandonedPools(cacheDirectory)) > 0);
    assert.ok(!existsSync(join(cacheDirectory, id)));
    assert.ok(!existsSync(prepared));
    assert.ok(existsSync(join(cacheDirectory, mine.id)));
  });
});
