import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Staged } from '../../../src/domain/proposal.ts';
import type { OpenRepository } from '../../../src/git/open-repository.ts';
import { landRequest, type Scratch, scope, scratchRepository, staged, stagedByGit } from './support.ts';

const patch = `--- a/a.txt
+++ b/a.txt
@@ -1,3 +1,3 @@
 one
-two
+TWO
 three
--- /dev/null
+++ b/dir/new.txt
@@ -0,0 +1 @@
+new
`;

describe('landing', () => {
  let scratch: Scratch;
  let repository: OpenRepository;
  let change: Staged;

  beforeEach(async () => {
    scratch = scratchRepository({ 'a.txt': 'one\ntwo\nthree\n', 'b.txt': 'b\n', '.gitignore': 'ignored\n' });
    repository = await scratch.open();
    change = await staged(repository, patch);
  });
  afterEach(() => scratch.remove());

  async function refused(request = landRequest(change)) {
    const before = [
      scratch.git('rev-parse', 'HEAD'),
      scratch.git('status', '--porcelain', '--ignored'),
      scratch.read('a.txt'),
    ];
    const landed = await repository.land(request);
    assert.ok(!landed.ok, 'it is refused');
    const after = [
      scratch.git('rev-parse', 'HEAD'),
      scratch.git('status', '--porcelain', '--ignored'),
      scratch.read('a.txt'),
    ];
    assert.deepEqual(after, before);
    assert.ok(!existsSync(join(scratch.root, '.git', 'index.lock')));
    return landed.fault;
  }

  async function lands(request = landRequest(change)) {
    const landed = await repository.land(request);
    assert.ok(landed.ok, JSON.stringify(landed));
    return landed.value;
  }

  it('makes a commit with the audited tree and parent, and the files follow', async () => {
    const landed = await lands();
    assert.deepEqual(landed, { ...landed, parent: change.base, tree: change.tree, branch: 'refs/heads/main' });
    assert.equal(scratch.git('rev-parse', 'HEAD'), landed.commit);
    assert.equal(scratch.git('rev-parse', 'HEAD^'), change.base);
    assert.equal(scratch.git('rev-parse', 'HEAD^{tree}'), change.tree);
    assert.equal(scratch.git('status', '--porcelain'), '');
    assert.equal(scratch.read('dir/new.txt'), 'new\n');
    assert.equal(
      scratch.git('log', '-1', '--format=%B%an %ae'),
      'Land it\n\nCountersign-Run: run1\nAda ada@example.org',
    );
  });

  it('leaves the index so that git need not read the new files again', async () => {
    await lands();
    assert.equal(scratch.git('diff-files', '--raw'), '');
  });

  it('keeps unrelated edits, staged and unstaged, untracked and ignored files', async () => {
    scratch.write('b.txt', 'staged\n');
    scratch.git('add', 'b.txt');
    scratch.write('b.txt', 'unstaged\n');
    scratch.write('untracked', 'untracked\n');
    scratch.write('ignored', 'ignored\n');
    scratch.write('planned.txt', '');
    scratch.git('add', '--intent-to-add', 'planned.txt');
    const before = scratch.git('status', '--porcelain', '--ignored');
    await lands();
    assert.equal(scratch.git('status', '--porcelain', '--ignored'), before);
    assert.equal(scratch.git('show', ':b.txt'), 'staged');
    assert.equal(scratch.read('b.txt'), 'unstaged\n');
  });

  it('keeps assume-unchanged and skip-worktree marks on other files', async () => {
    scratch.git('update-index', '--assume-unchanged', 'b.txt');
    scratch.git('update-index', '--skip-worktree', '.gitignore');
    await lands();
    assert.match(scratch.git('ls-files', '-v'), /^S \.gitignore\nH a\.txt\nh b\.txt/);
  });

  it('is refused with the names where an edit overlaps', async () => {
    scratch.write('a.txt', 'one\ntwo\nthree\nmine\n');
    assert.deepEqual(await refused(), { code: 'repository/dirty-path', paths: ['a.txt'] });
  });

  it('is refused where a staged edit overlaps, even where the file was put back', async () => {
    scratch.write('a.txt', 'staged\n');
    scratch.git('add', 'a.txt');
    scratch.write('a.txt', 'one\ntwo\nthree\n');
    assert.deepEqual(await refused(), { code: 'repository/dirty-path', paths: ['a.txt'] });
  });

  it('is refused where git was told to assume the edited file unchanged', async () => {
    scratch.git('update-index', '--assume-unchanged', 'a.txt');
    scratch.write('a.txt', 'mine\n');
    assert.deepEqual(await refused(), { code: 'repository/dirty-path', paths: ['a.txt'] });
  });

  it('is refused where only the mode was changed', async () => {
    scratch.write('a.txt', 'one\ntwo\nthree\n', 0o755);
    assert.deepEqual(await refused(), { code: 'repository/dirty-path', paths: ['a.txt'] });
  });

  it('lands on a file that was touched but not changed', async () => {
    scratch.write('a.txt', 'one\ntwo\nthree\n');
    await lands();
  });

  it('is refused where the file was deleted', async () => {
    rmSync(join(scratch.root, 'a.txt'));
    const landed = await repository.land(landRequest(change));
    assert.deepEqual(landed, { ok: false, fault: { code: 'repository/dirty-path', paths: ['a.txt'] } });
    assert.ok(!existsSync(join(scratch.root, 'a.txt')));
  });

  it('never overwrites an untracked or ignored file', async () => {
    scratch.write('dir/new.txt', 'mine\n');
    assert.deepEqual(await refused(), { code: 'repository/path-exists', paths: ['dir/new.txt'] });
    scratch.write('.git/info/exclude', 'dir/\n');
    assert.deepEqual(await refused(), { code: 'repository/path-exists', paths: ['dir/new.txt'] });
    assert.equal(scratch.read('dir/new.txt'), 'mine\n');
  });

  it('never writes through a link that stands where a folder is needed', async () => {
    const outside = join(scratch.folder, 'outside');
    mkdirSync(outside);
    symlinkSync(outside, join(scratch.root, 'dir'));
    assert.deepEqual(await refused(), { code: 'repository/path-exists', paths: ['dir'] });
    assert.ok(!existsSync(join(outside, 'new.txt')));
  });

  it('never writes through a link that the user put in place of a tracked folder', async () => {
    scratch.write('folder/file.txt', 'one\n');
    scratch.commit();
    const inner = stagedByGit(scratch, () => scratch.write('folder/file.txt', 'two\n'));
    const outside = join(scratch.folder, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'file.txt'), 'one\n');
    rmSync(join(scratch.root, 'folder'), { recursive: true });
    symlinkSync(outside, join(scratch.root, 'folder'));
    assert.deepEqual(await refused(landRequest(inner)), { code: 'repository/dirty-path', paths: ['folder/file.txt'] });
    assert.equal(readFileSync(join(outside, 'file.txt'), 'utf8'), 'one\n');
  });

  it('is refused where an editor holds a file unsaved', async () => {
    repository = await scratch.open({ unsavedPaths: () => ['b.txt', 'a.txt'] });
    const fault = await refused(landRequest(change));
    assert.deepEqual(fault, { code: 'repository/dirty-path', paths: ['a.txt'] });
  });

  it('says that the branch moved', async () => {
    scratch.git('commit', '--quiet', '--allow-empty', '-m', 'by the user');
    assert.deepEqual(await refused(), { code: 'repository/moved', branch: 'refs/heads/main' });
  });

  it('refuses a record whose tree or parent is not the audited one', async () => {
    await assert.rejects(repository.land(landRequest({ ...change, tree: '0'.repeat(40) })), /audited tree/);
    await assert.rejects(repository.land(landRequest({ ...change, base: change.commit })), /does not stand on/);
  });

  it('moves only the ref of a branch that is not checked out', async () => {
    scratch.git('branch', 'other');
    scratch.write('a.txt', 'dirty\n');
    const landed = await lands(landRequest(change, 'refs/heads/other'));
    assert.equal(scratch.git('rev-parse', 'other'), landed.commit);
    assert.equal(scratch.git('rev-parse', 'main'), change.base);
    assert.equal(scratch.read('a.txt'), 'dirty\n');
  });

  it('is refused on a branch that another working tree is on, and lands from there', async () => {
    const elsewhere = join(scratch.folder, 'elsewhere');
    scratch.git('worktree', 'add', '--quiet', '-b', 'other', elsewhere);
    const fault = await refused(landRequest(change, 'refs/heads/other'));
    assert.equal(fault.code, 'repository/unsupported');
    const { openRepository } = await import('../../../src/git/open-repository.ts');
    const there = await openRepository(elsewhere, { environment: scratch.environment });
    assert.equal(there.stateDirectory, repository.stateDirectory);
    const landed = await there.land(landRequest(change, 'refs/heads/other'));
    assert.ok(landed.ok, JSON.stringify(landed));
    assert.equal(readFileSync(join(elsewhere, 'dir/new.txt'), 'utf8'), 'new\n');
    assert.ok(!existsSync(join(scratch.root, 'dir')));
  });

  it('keeps a deleted file’s folder while something else is in it', async () => {
    scratch.write('folder/goes.txt', 'x\n');
    scratch.commit();
    const deletion = stagedByGit(scratch, () => scratch.git('rm', '--quiet', 'folder/goes.txt'));
    scratch.write('folder/mine', 'mine\n');
    await lands(landRequest(deletion));
    assert.equal(scratch.read('folder/mine'), 'mine\n');
    assert.ok(!existsSync(join(scratch.root, 'folder/goes.txt')));
  });

  it('brings modes, links, odd names and line ends as git would check them out', async () => {
    scratch.write('.gitattributes', '*.bat eol=crlf\n');
    scratch.commit();
    const odd = stagedByGit(scratch, () => {
      scratch.write('run.sh', '#!/bin/sh\n', 0o755);
      symlinkSync('a.txt', join(scratch.root, 'link'));
      scratch.write('tab\tand "quote"\nand ünï.txt', 'odd\n');
      scratch.write('-dash.bat', 'one\r\ntwo\r\n');
    });
    await lands(landRequest(odd));
    assert.equal(lstatSync(join(scratch.root, 'run.sh')).mode & 0o100, 0o100);
    assert.equal(readlinkSync(join(scratch.root, 'link')), 'a.txt');
    assert.equal(scratch.read('tab\tand "quote"\nand ünï.txt'), 'odd\n');
    assert.equal(scratch.read('-dash.bat'), 'one\r\ntwo\r\n');
    assert.equal(scratch.git('status', '--porcelain'), '');
  });

  it('takes a file whose line ends git converts for unchanged, and an edited one not', async () => {
    scratch.write('.gitattributes', '*.bat eol=crlf\n');
    scratch.write('x.bat', 'one\r\ntwo\r\n');
    scratch.commit();
    const first = stagedByGit(scratch, () => scratch.write('x.bat', 'one\r\nTWO\r\n'));
    scratch.write('x.bat', 'one\r\ntwo\r\nmine\r\n');
    assert.deepEqual(await refused(landRequest(first)), { code: 'repository/dirty-path', paths: ['x.bat'] });
    scratch.write('x.bat', 'one\r\ntwo\r\n');
    await lands(landRequest(first));
    assert.equal(scratch.read('x.bat'), 'one\r\nTWO\r\n');
  });

  it('leaves a save point, and goes back to it', async () => {
    const landed = await lands();
    const [point] = await repository.savePoints();
    assert.deepEqual(point, { ...point, branch: 'refs/heads/main', commit: change.base, subject: 'first' });
    scratch.write('b.txt', 'mine\n');
    const kept = await repository.restoreSavePoint(point?.ref as string);
    assert.ok(kept.ok, JSON.stringify(kept));
    assert.equal(scratch.git('rev-parse', 'HEAD'), change.base);
    assert.equal(scratch.git('rev-parse', kept.value.kept), landed.commit);
    assert.equal(scratch.read('b.txt'), 'mine\n');
    assert.ok(!existsSync(join(scratch.root, 'dir')));
    const unknown = await repository.restoreSavePoint('refs/heads/main');
    assert.equal(unknown.ok ? '' : unknown.fault.code, 'rollback/no-save-point');
  });

  it('is taken back as if it had not been, where nothing was built on it', async () => {
    const landed = await lands();
    scratch.git('commit', '--quiet', '--allow-empty', '-m', 'on top');
    const top = scratch.git('rev-parse', 'HEAD');
    assert.deepEqual(await repository.undo([landed]), {
      ok: false,
      fault: { code: 'rollback/built-upon', branch: 'refs/heads/main', commit: top },
    });
    assert.equal(scratch.git('rev-parse', 'HEAD'), top);
    scratch.git('reset', '--quiet', '--soft', 'HEAD^');
    const kept = await repository.undo([landed]);
    assert.ok(kept.ok, JSON.stringify(kept));
    assert.equal(scratch.git('rev-parse', 'HEAD'), change.base);
    assert.equal(scratch.git('rev-parse', kept.value.kept), landed.commit);
    assert.equal(scratch.git('status', '--porcelain'), '');
  });

  it('uses the identity it is given, else the environment’s, else the configuration’s', async () => {
    const environment = { ...scratch.environment, GIT_AUTHOR_NAME: 'Env', GIT_AUTHOR_EMAIL: 'env@example.org' };
    repository = await scratch.open({ environment, committer: { name: 'Given', email: 'given@example.org' } });
    await lands();
    assert.equal(scratch.git('log', '-1', '--format=%an %ae %cn %ce'), 'Env env@example.org Given given@example.org');
  });

  it('cannot be given trailers that forge others', async () => {
    const trailers = [['Countersign-Run', 'run1\nSigned-off-by: Eve']] as const;
    await lands({ ...landRequest(change), trailers } as never);
    assert.equal(scratch.git('log', '-1', '--format=%(trailers:only)'), 'Countersign-Run: run1 Signed-off-by: Eve\n');
  });

  it('lands a restaged change after the branch moved', async () => {
    scratch.write('b.txt', 'moved\n');
    const base = scratch.commit();
    const again = await repository.restage(scope, change, base);
    assert.ok(again.ok, JSON.stringify(again));
    const landed = await lands(landRequest(again.value));
    assert.equal(landed.parent, base);
    assert.equal(scratch.read('b.txt'), 'moved\n');
  });
});
