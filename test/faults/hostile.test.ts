import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../src/domain/engine-error.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import {
  landRequest,
  type Scratch,
  scope,
  scratchRepository,
  specOf,
  staged,
  stagedByGit,
} from '../unit/git/support.ts';

const hookNames = [
  'pre-commit',
  'commit-msg',
  'prepare-commit-msg',
  'post-commit',
  'post-checkout',
  'post-merge',
  'post-index-change',
  'reference-transaction',
  'post-rewrite',
];

/** A repository whose every setting that can start a program leaves a mark when it does. */
class Trap {
  readonly scratch: Scratch;
  private readonly marks: string;

  constructor(attributes: string) {
    this.scratch = scratchRepository({
      'a.txt': 'one\ntwo\nthree\n',
      'b.bin': 'binary\n',
      '.gitattributes': attributes,
    });
    this.marks = join(this.scratch.folder, 'marks');
    mkdirSync(this.marks);
    const { scratch } = this;
    const set = (key: string, name: string) => scratch.git('config', key, this.program(name));
    set('filter.evil.clean', 'clean');
    set('filter.evil.smudge', 'smudge');
    set('filter.evil=odd.clean', 'odd-clean');
    set('merge.evil.driver', 'merge-driver');
    set('diff.evil.command', 'diff-command');
    set('diff.evil.textconv', 'textconv');
    set('core.fsmonitor', 'fsmonitor');
    set('core.sshCommand', 'ssh');
    set('core.pager', 'pager');
    set('core.editor', 'editor');
    set('core.askPass', 'askpass');
    set('credential.helper', 'credential');
    set('gpg.program', 'gpg');
    set('core.alternateRefsCommand', 'alternates');
    set('uploadpack.packObjectsHook', 'pack');
    set('trailer.countersign.command', 'trailer');
    scratch.git('config', 'trailer.countersign.key', 'Countersign-Run');
    const hooks = join(scratch.folder, 'hooks');
    mkdirSync(hooks);
    for (const folder of [hooks, join(scratch.root, '.git', 'hooks')]) {
      mkdirSync(folder, { recursive: true });
      for (const name of hookNames) {
        writeFileSync(join(folder, name), `#!/bin/sh\ntouch '${join(this.marks, `hook-${name}`)}'\n`);
        chmodSync(join(folder, name), 0o755);
      }
    }
    scratch.git('config', 'core.hooksPath', hooks);
    this.forget();
  }

  /** A program that leaves a mark and passes its input on, or says nothing. */
  program(name: string, rest = 'cat'): string {
    const file = join(this.scratch.folder, `program-${name}`);
    writeFileSync(file, `#!/bin/sh\ntouch '${join(this.marks, name)}'\n${rest}\n`, { mode: 0o755 });
    return file;
  }

  /** What has run since the last `forget`. */
  ran(): readonly string[] {
    return readdirSync(this.marks).sort();
  }

  forget(): void {
    for (const name of readdirSync(this.marks)) rmSync(join(this.marks, name));
  }

  /** Plain git, whatever it answers. */
  try(...words: string[]): void {
    try {
      execFileSync('git', words, {
        cwd: this.scratch.root,
        env: this.scratch.environment,
        stdio: 'ignore',
        timeout: 20_000,
      });
    } catch {
      // Only what it ran on the way is of interest.
    }
  }
}

const patch = `--- a/a.txt
+++ b/a.txt
@@ -1,3 +1,3 @@
 one
-two
+TWO
 three
`;

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof EngineError) return error.fault.code;
    throw error;
  }
  return 'none';
}

describe('a hostile repository', function () {
  this.timeout(60_000);
  let trap: Trap;
  afterEach(() => trap.scratch.remove());

  it('makes plain git run its programs: the control', () => {
    trap = new Trap('* filter=evil merge=evil diff=evil\n');
    const { scratch } = trap;
    trap.try('checkout', '-q', '-b', 'other');
    scratch.write('a.txt', 'ONE\ntwo\nthree\n');
    trap.try('status');
    trap.try('diff');
    trap.try('add', '--all');
    trap.try('commit', '-q', '-m', 'other');
    trap.try('checkout', '-q', 'main');
    scratch.write('a.txt', 'eins\ntwo\nthree\n');
    trap.try('commit', '-q', '-a', '-m', 'main');
    trap.try('merge', 'other');
    trap.try('commit-tree', '-S', '-m', 'signed', 'HEAD^{tree}');
    const expected = ['clean', 'smudge', 'diff-command', 'fsmonitor', 'merge-driver', 'gpg', 'hook-pre-commit'];
    for (const name of [...expected, 'hook-reference-transaction', 'hook-post-index-change']) {
      assert.ok(trap.ran().includes(name), `plain git runs ${name}; it ran ${trap.ran()}`);
    }
  });

  it('runs nothing through opening, reading, staging, landing, rolling back, merging and checking out', async () => {
    trap = new Trap('*.bin filter=evil\n* merge=evil diff=evil\n');
    const { scratch } = trap;
    const repository = await scratch.open();
    await repository.recover();
    const { commit } = await repository.head();
    assert.equal((await repository.tree(commit).read(['a.txt', 'b.bin'])).size, 2);
    const change = await staged(repository, patch);
    const landed = await repository.land(landRequest(change));
    assert.ok(landed.ok, JSON.stringify(landed));
    assert.ok((await repository.rollback([landed.value], [])).ok);
    const branch = await repository.openRunBranch('run1', landed.value.commit);
    const again = await repository.restage(scope, change, (await repository.resolve(branch)) as string);
    assert.ok(!again.ok, 'it is applied there already');
    await repository.mergeRunBranch('run1', 'refs/heads/main');
    const points = await repository.savePoints();
    assert.ok((await repository.restoreSavePoint(points.at(-1)?.ref as string)).ok);
    const lease = await repository.worktrees.lease(commit, new AbortController().signal);
    assert.equal(readFileSync(join(lease.directory, 'b.bin'), 'utf8'), 'binary\n');
    await lease.release();
    assert.deepEqual(trap.ran(), []);
  });

  it('is not landed on where a change would go through its filter, and the filter does not run', async () => {
    trap = new Trap('* filter=evil\n');
    const repository = await trap.scratch.open();
    const landed = await repository.land(landRequest(await staged(repository, patch)));
    assert.equal(landed.ok ? '' : landed.fault.code, 'repository/unsupported');
    assert.deepEqual(trap.ran(), []);
    assert.equal(trap.scratch.read('a.txt'), 'one\ntwo\nthree\n');
  });

  it('cannot redefine a filter that the user allowed', async () => {
    trap = new Trap('*.txt filter=evil\n');
    const { scratch } = trap;
    const mark = join(scratch.folder, 'marks', 'users-own');
    scratch.git('config', '--global', 'filter.evil.smudge', `touch '${mark}' && cat`);
    trap.forget();
    const repository = await scratch.open({ allowedFilters: ['evil'] });
    const landed = await repository.land(landRequest(await staged(repository, patch)));
    assert.ok(landed.ok, JSON.stringify(landed));
    assert.deepEqual(trap.ran(), ['users-own']);
  });

  it('cannot have missing objects fetched through a program', async () => {
    trap = new Trap('');
    const { scratch } = trap;
    scratch.git('config', 'remote.evil.url', `ext::${trap.program('fetch', 'exit 1')}`);
    scratch.git('config', 'remote.evil.promisor', 'true');
    scratch.git('config', 'extensions.partialClone', 'evil');
    scratch.git('config', 'protocol.ext.allow', 'always');
    const object = scratch.git('rev-parse', 'HEAD:a.txt');
    rmSync(join(scratch.root, '.git', 'objects', object.slice(0, 2), object.slice(2)));
    trap.try('cat-file', '-p', object);
    assert.ok(trap.ran().includes('fetch'), 'plain git runs it');
    trap.forget();
    const repository = await scratch.open();
    const { commit } = await repository.head();
    const result = await repository
      .stage({ scope, spec: specOf(), reply: patch, base: commit })
      .catch((error) => error);
    assert.ok(result instanceof EngineError || !result.ok);
    await refusal(repository.worktrees.lease(commit, new AbortController().signal));
    assert.deepEqual(trap.ran(), []);
  });

  it('is refused where a bare repository hides in it', async () => {
    trap = new Trap('');
    const bare = join(trap.scratch.root, 'vendor', 'inner');
    mkdirSync(bare, { recursive: true });
    execFileSync('git', ['init', '--quiet', '--bare', bare], { env: trap.scratch.environment });
    const open = openRepository(bare, { environment: trap.scratch.environment });
    assert.equal(await refusal(open), 'repository/unsafe');
  });

  it('is refused where its `.git` file, `commondir` or `core.worktree` points elsewhere', async () => {
    trap = new Trap('');
    const victim = scratchRepository();
    const options = { environment: trap.scratch.environment };
    try {
      const gitFile = join(trap.scratch.folder, 'by-file');
      mkdirSync(gitFile);
      writeFileSync(join(gitFile, '.git'), `gitdir: ${join(victim.root, '.git')}\n`);
      assert.equal(await refusal(openRepository(gitFile, options)), 'repository/unsafe');

      const common = scratchRepository();
      writeFileSync(join(common.root, '.git', 'commondir'), `${join(victim.root, '.git')}\n`);
      assert.equal(await refusal(openRepository(common.root, options)), 'repository/unsafe');
      common.remove();

      const worktree = scratchRepository();
      worktree.git('config', 'core.worktree', victim.root);
      assert.equal(await refusal(openRepository(worktree.root, options)), 'repository/unsafe');
      worktree.remove();

      const linked = scratchRepository();
      const index = join(linked.root, '.git', 'index');
      rmSync(index);
      symlinkSync(join(victim.root, 'a.txt'), index);
      assert.equal(await refusal(openRepository(linked.root, options)), 'repository/unsafe');
      linked.remove();
      assert.equal(victim.git('status', '--porcelain'), '');
    } finally {
      victim.remove();
    }
  });

  it('cannot have a journal of its own write outside, or anything it does not bear out', async () => {
    trap = new Trap('');
    const { scratch } = trap;
    const from = scratch.git('rev-parse', 'HEAD');
    const change = stagedByGit(scratch, () => scratch.write('link/file.txt', 'from the journal\n'));
    const outside = join(scratch.folder, 'outside');
    mkdirSync(outside);
    const journal = (id: string, intent: object, files: readonly object[]) => {
      const folder = join(scratch.root, '.git', 'countersign', 'moves', id);
      mkdirSync(join(folder, 'before'), { recursive: true });
      mkdirSync(join(folder, 'after'));
      const whole = { version: 1, id, kind: 'landing', branch: 'refs/heads/main', from, to: change.commit, kept: [] };
      const place = { root: scratch.root, gitDirectory: join(scratch.root, '.git') };
      writeFileSync(join(folder, 'intent.json'), JSON.stringify({ ...whole, ...place, ...intent }));
      writeFileSync(join(folder, 'plan.json'), JSON.stringify({ index: 'x', files, folders: [] }));
      writeFileSync(join(folder, 'before', '0'), 'from the journal\n');
    };
    const state = { kind: 'file', hash: '0', executable: false };
    journal('escape', {}, [{ path: '../outside/file.txt', before: state, after: null }]);
    journal('unknown', { to: '0'.repeat(40) }, []);
    journal('elsewhere', { root: outside, gitDirectory: outside }, []);
    symlinkSync(outside, join(scratch.root, 'link'));
    journal('through-link', {}, [{ path: 'link/file.txt', before: null, after: state }]);
    journal('other-refs', { branch: 'refs/tags/x' }, []);
    mkdirSync(join(scratch.root, '.git', 'countersign', 'moves', 'broken'));
    writeFileSync(join(scratch.root, '.git', 'countersign', 'moves', 'broken', 'intent.json'), '{"version": 1');
    const repository = await scratch.open();
    const outcomes = (await repository.recoverMoves()).map(({ outcome }) => outcome);
    assert.deepEqual(outcomes, Array(6).fill('refused'));
    assert.deepEqual(readdirSync(outside), []);
    assert.equal(scratch.git('rev-parse', 'HEAD'), from);
    assert.deepEqual(await repository.recoverMoves(), []);
  });

  it('cannot have a crafted commit write into `.git`', async () => {
    trap = new Trap('');
    const { scratch } = trap;
    const write = (type: string, content: string | Buffer) =>
      execFileSync('git', ['hash-object', '-t', type, '-w', '--stdin', '--literally'], {
        cwd: scratch.root,
        env: scratch.environment,
        input: content,
      })
        .toString()
        .trim();
    const blob = write('blob', '#!/bin/sh\n');
    const entry = (mode: string, name: string, object: string) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(object, 'hex')]);
    const inner = write('tree', entry('100755', 'evil', blob));
    const tree = write('tree', entry('40000', '.git', inner));
    const head = scratch.git('rev-parse', 'HEAD');
    const commit = scratch.git('commit-tree', '-p', head, '-m', 'evil', tree);
    scratch.git('update-ref', 'refs/heads/countersign/run1', commit);
    const repository = await scratch.open();
    assert.equal(await refusal(repository.mergeRunBranch('run1', 'refs/heads/main')), 'repository/unsafe');
    assert.equal(scratch.git('rev-parse', 'HEAD'), head);
    assert.ok(!existsSync(join(scratch.root, '.git', 'evil')));
  });

  it('is refused where another user owns it', async () => {
    trap = new Trap('');
    const { scratch } = trap;
    // Only root can give a repository away; for others, git's own switch for tests makes it take the owner for another.
    const asked = join(scratch.folder, 'git-of-another');
    writeFileSync(asked, '#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec git "$@"\n', { mode: 0o755 });
    assert.equal(await refusal(scratch.open({ program: asked })), 'repository/unsafe');
    if (process.getuid?.() !== 0) return;
    execFileSync('chown', ['-R', '12345', scratch.root]);
    assert.equal(await refusal(scratch.open()), 'repository/unsafe');
  });
});
