import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Landing } from '../../../src/domain/proposal.ts';
import type { OpenRepository } from '../../../src/git/open-repository.ts';
import { landRequest, type Scratch, scratchRepository, stagedByGit } from './support.ts';

describe('rolling back', () => {
  let scratch: Scratch;
  let repository: OpenRepository;
  beforeEach(async () => {
    scratch = scratchRepository({ 'a.txt': 'one\n', 'b.txt': 'one\n', 'c.txt': 'one\n' });
    repository = await scratch.open();
  });
  afterEach(() => scratch.remove());

  async function landed(path: string, content: string, branch = 'refs/heads/main'): Promise<Landing> {
    const result = await repository.land(
      landRequest(
        stagedByGit(scratch, () => scratch.write(path, content)),
        branch,
      ),
    );
    assert.ok(result.ok, JSON.stringify(result));
    return result.value;
  }

  it('reverts landings newest first, whatever the order asked, and keeps what came after', async () => {
    const first = await landed('a.txt', 'two\n');
    const second = await landed('b.txt', 'two\n');
    scratch.write('c.txt', 'mine\n');
    scratch.commit('by the user');
    scratch.write('untracked', 'x\n');
    const back = await repository.rollback([first, second], [['Countersign-Rollback', 'run1']]);
    assert.ok(back.ok, JSON.stringify(back));
    assert.deepEqual(scratch.git('log', '-3', '--format=%s').split('\n'), [
      'Revert "Land it"',
      'Revert "Land it"',
      'by the user',
    ]);
    assert.deepEqual(back.value, [scratch.git('rev-parse', 'HEAD'), scratch.git('rev-parse', 'HEAD^')]);
    assert.match(scratch.git('log', '-1', '--format=%b'), new RegExp(`This reverts commit ${first.commit}`));
    assert.match(scratch.git('log', '-1', '--format=%(trailers)'), /Countersign-Rollback: run1/);
    assert.deepEqual(['a.txt', 'b.txt', 'c.txt'].map(scratch.read), ['one\n', 'one\n', 'mine\n']);
    assert.equal(scratch.git('status', '--porcelain'), '?? untracked');
  });

  it('touches nothing where one of them conflicts, and names the files', async () => {
    const first = await landed('a.txt', 'two\n');
    const second = await landed('b.txt', 'two\n');
    scratch.write('a.txt', 'three\n');
    scratch.commit('by the user');
    const before = scratch.git('rev-parse', 'HEAD');
    const back = await repository.rollback([first, second], []);
    assert.deepEqual(back, {
      ok: false,
      fault: { code: 'repository/conflict', commit: first.commit, paths: ['a.txt'] },
    });
    assert.equal(scratch.git('rev-parse', 'HEAD'), before);
    assert.equal(scratch.git('status', '--porcelain'), '');
  });

  it('is refused where an edit of the user’s is in the way', async () => {
    const landing = await landed('a.txt', 'two\n');
    scratch.write('a.txt', 'mine\n');
    const back = await repository.rollback([landing], []);
    assert.deepEqual(back, { ok: false, fault: { code: 'repository/dirty-path', paths: ['a.txt'] } });
    assert.equal(scratch.read('a.txt'), 'mine\n');
  });

  it('says that there is nothing left to take back', async () => {
    const landing = await landed('a.txt', 'two\n');
    assert.ok((await repository.rollback([landing], [])).ok);
    const again = await repository.rollback([landing], []);
    assert.equal(again.ok ? '' : again.fault.code, 'rollback/nothing-landed');
    assert.deepEqual(await repository.rollback([], []), { ok: true, value: [] });
  });

  it('says that the branch no longer holds the commit', async () => {
    const landing = await landed('a.txt', 'two\n');
    scratch.git('reset', '--quiet', '--hard', 'HEAD^');
    const back = await repository.rollback([landing], []);
    assert.deepEqual(back, { ok: false, fault: { code: 'rollback/not-on-branch', branch: 'refs/heads/main' } });
  });

  it('opens a run branch once, lands on it and merges it forward', async () => {
    const base = scratch.git('rev-parse', 'HEAD');
    const branch = await repository.openRunBranch('run1', base);
    assert.equal(branch, 'refs/heads/countersign/run1');
    const landing = await landed('a.txt', 'two\n', branch);
    assert.equal(await repository.openRunBranch('run1', base), branch);
    assert.equal(await repository.resolve(branch), landing.commit);
    assert.equal(scratch.git('rev-parse', 'HEAD'), base);
    const merged = await repository.mergeRunBranch('run1', 'refs/heads/main');
    assert.deepEqual(merged, { ok: true, value: landing.commit });
    assert.equal(scratch.read('a.txt'), 'two\n');
    assert.deepEqual(await repository.mergeRunBranch('run1', 'refs/heads/main'), merged);
    const back = await repository.rollback([landing], []);
    assert.ok(back.ok, JSON.stringify(back));
    assert.equal(scratch.read('a.txt'), 'one\n', 'the rollback goes where the run was merged');
    assert.equal(await repository.resolve(branch), landing.commit);
  });

  it('merges a run branch beside what came meanwhile', async () => {
    const branch = await repository.openRunBranch('run1', scratch.git('rev-parse', 'HEAD'));
    const landing = await landed('a.txt', 'two\n', branch);
    scratch.write('b.txt', 'mine\n');
    const mine = scratch.commit('by the user');
    const merged = await repository.mergeRunBranch('run1', 'refs/heads/main');
    assert.ok(merged.ok, JSON.stringify(merged));
    assert.equal(scratch.git('log', '-1', '--format=%P'), `${mine} ${landing.commit}`);
    assert.deepEqual(['a.txt', 'b.txt'].map(scratch.read), ['two\n', 'mine\n']);
    const back = await repository.rollback([landing], []);
    assert.ok(back.ok, JSON.stringify(back));
    assert.deepEqual(['a.txt', 'b.txt'].map(scratch.read), ['one\n', 'mine\n']);
  });

  it('does not merge a run branch that conflicts', async () => {
    const branch = await repository.openRunBranch('run1', scratch.git('rev-parse', 'HEAD'));
    const landing = await landed('a.txt', 'two\n', branch);
    scratch.write('a.txt', 'mine\n');
    const mine = scratch.commit('by the user');
    const merged = await repository.mergeRunBranch('run1', 'refs/heads/main');
    const fault = { code: 'repository/conflict', commit: landing.commit, paths: ['a.txt'] };
    assert.deepEqual(merged, { ok: false, fault });
    assert.equal(scratch.git('rev-parse', 'HEAD'), mine);
  });

  it('refuses a run name that no branch can have', async () => {
    await assert.rejects(repository.openRunBranch('../x', scratch.git('rev-parse', 'HEAD')), /no name for a branch/);
  });

  it('runs the user’s hooks where they asked for it, and obeys them', async () => {
    const log = join(scratch.folder, 'log');
    const hook = (name: string, body: string) => scratch.write(`.git/hooks/${name}`, `#!/bin/sh\n${body}\n`, 0o755);
    hook('pre-commit', `git diff --cached --name-only HEAD >> '${log}'; cat a.txt >> '${log}'`);
    hook('commit-msg', 'echo "Reviewed-by: hook" >> "$1"');
    hook('post-commit', `echo post >> '${log}'`);
    const change = stagedByGit(scratch, () => scratch.write('a.txt', 'two\n'));
    const quiet = await repository.land(landRequest(change, 'refs/heads/main'));
    assert.ok(quiet.ok && !scratch.git('log', '-1', '--format=%B').includes('hook'));
    scratch.git('reset', '--quiet', '--hard', change.base);
    repository = await scratch.open({ hooks: true });
    const landing = await repository.land(landRequest(change));
    assert.ok(landing.ok, JSON.stringify(landing));
    assert.match(scratch.git('log', '-1', '--format=%B'), /Reviewed-by: hook/);
    const { readFileSync } = await import('node:fs');
    assert.equal(readFileSync(log, 'utf8'), 'a.txt\ntwo\npost\n');
    scratch.git('reset', '--quiet', '--hard', change.base);
    hook('pre-commit', 'echo no >&2; exit 1');
    const refused = await repository.land(landRequest(change));
    assert.equal(refused.ok ? '' : refused.fault.code, 'git/failed');
    hook('pre-commit', 'echo formatted > a.txt; git add a.txt');
    const changed = await repository.land(landRequest(change));
    assert.match(JSON.stringify(changed), /changes what was audited/);
    assert.equal(scratch.git('rev-parse', 'HEAD'), change.base);
  });

  it('signs with the user’s key where they asked for it', async () => {
    const key = join(scratch.folder, 'key');
    const { execFileSync } = await import('node:child_process');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    scratch.git('config', '--global', 'gpg.format', 'ssh');
    scratch.git('config', '--global', 'user.signingKey', `${key}.pub`);
    const mark = join(scratch.folder, 'mark');
    scratch.write('evil', `#!/bin/sh\ntouch '${mark}'\n`, 0o755);
    scratch.git('config', 'gpg.ssh.program', join(scratch.root, 'evil'));
    repository = await scratch.open({ sign: true });
    scratch.git('add', 'evil');
    scratch.commit('evil');
    await landed('a.txt', 'two\n');
    assert.match(scratch.git('cat-file', 'commit', 'HEAD'), /^gpgsig -----BEGIN SSH SIGNATURE-----$/m);
    const { existsSync } = await import('node:fs');
    assert.ok(!existsSync(mark), 'the repository does not choose the program');
  });
});
