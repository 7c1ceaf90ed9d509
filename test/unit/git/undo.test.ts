import assert from 'node:assert/strict';
import type { Landing } from '../../../src/domain/proposal.ts';
import type { BranchReturn } from '../../../src/domain/save-point.ts';
import type { OpenRepository } from '../../../src/git/open-repository.ts';
import { landRequest, type Scratch, scratchRepository, stagedByGit } from './support.ts';

describe('undoing landings', () => {
  let scratch: Scratch;
  let repository: OpenRepository;
  let base: string;
  beforeEach(async () => {
    scratch = scratchRepository({ 'a.txt': 'one\n', 'b.txt': 'one\n', 'c.txt': 'one\n' });
    repository = await scratch.open();
    base = scratch.git('rev-parse', 'HEAD');
  });
  afterEach(() => scratch.remove());

  async function landed(path: string, content: string, branch = 'refs/heads/main'): Promise<Landing> {
    const change = stagedByGit(scratch, () => scratch.write(path, content));
    const tip = await repository.resolve(branch);
    const again = tip === change.base ? change : await onto(change.tree, tip as string);
    const result = await repository.land(landRequest(again, branch));
    assert.ok(result.ok, JSON.stringify(result));
    return result.value;
  }

  /** The same tree, staged on another commit. */
  async function onto(tree: string, parent: string) {
    const commit = scratch.git('commit-tree', '-p', parent, '-m', 'staged', tree);
    return { base: parent, commit, tree, ref: '', patch: '', files: [], repairs: [], flags: [] };
  }

  async function undone(...landings: readonly Landing[]): Promise<BranchReturn> {
    const result = await repository.undo(landings);
    assert.ok(result.ok, JSON.stringify(result));
    return result.value;
  }

  async function refusal(...landings: readonly Landing[]): Promise<string> {
    const before = scratch.git('rev-parse', 'HEAD');
    const result = await repository.undo(landings);
    assert.equal(scratch.git('rev-parse', 'HEAD'), before);
    return result.ok ? 'none' : result.fault.code;
  }

  it('takes all landings of a run off at once, whatever the order asked, and says what left the branch', async () => {
    const first = await landed('a.txt', 'two\n');
    const second = await landed('b.txt', 'two\n');
    scratch.write('c.txt', 'mine\n');
    const result = await undone(first, second);
    assert.deepEqual(result, {
      ...result,
      branch: 'refs/heads/main',
      from: second.commit,
      to: base,
      left: [second.commit, first.commit],
      regained: [],
    });
    assert.equal(scratch.git('rev-parse', result.kept), second.commit);
    assert.deepEqual(['a.txt', 'b.txt', 'c.txt'].map(scratch.read), ['one\n', 'one\n', 'mine\n']);
    assert.equal(scratch.git('status', '--porcelain'), ' M c.txt');
  });

  it('is refused where a landing that stays stands on it', async () => {
    const first = await landed('a.txt', 'two\n');
    const second = await landed('b.txt', 'two\n');
    assert.equal(await refusal(first), 'rollback/built-upon');
    assert.equal((await undone(second)).to, first.commit);
    assert.equal((await undone(first)).to, base);
  });

  it('is refused where a commit of the user’s came between', async () => {
    const first = await landed('a.txt', 'two\n');
    scratch.write('c.txt', 'mine\n');
    scratch.commit('mine');
    const second = await landed('b.txt', 'two\n');
    assert.equal(await refusal(first, second), 'rollback/built-upon');
  });

  it('is refused where an edit of the user’s is in the way, saved or not', async () => {
    const landing = await landed('a.txt', 'two\n');
    repository = await scratch.open({ unsavedPaths: () => ['a.txt'] });
    assert.equal(await refusal(landing), 'repository/dirty-path');
    repository = await scratch.open();
    scratch.write('a.txt', 'mine\n');
    assert.equal(await refusal(landing), 'repository/dirty-path');
    assert.equal(scratch.read('a.txt'), 'mine\n');
  });

  it('says that the branch no longer holds the landing', async () => {
    const landing = await landed('a.txt', 'two\n');
    scratch.git('reset', '--quiet', '--hard', base);
    assert.equal(await refusal(landing), 'rollback/not-on-branch');
  });

  it('does not believe a record that names another parent', async () => {
    const landing = await landed('a.txt', 'two\n');
    scratch.write('b.txt', 'x\n');
    await assert.rejects(repository.undo([{ ...landing, parent: landing.commit }]), /recorded parent/);
    assert.equal(scratch.git('rev-parse', 'HEAD'), landing.commit);
  });

  it('says the same again where its end was not heard of', async () => {
    const landing = await landed('a.txt', 'two\n');
    const once = await undone(landing);
    assert.deepEqual(await undone(landing), once);
    assert.equal(scratch.git('rev-parse', 'HEAD'), base);
  });

  it('takes a run that was merged forward off the branch it was merged into', async () => {
    const branch = await repository.openRunBranch('run1', base);
    const first = await landed('a.txt', 'two\n', branch);
    const second = await landed('b.txt', 'two\n', branch);
    assert.ok((await repository.mergeRunBranch('run1', 'refs/heads/main')).ok);
    assert.equal((await undone(first, second)).branch, 'refs/heads/main');
    assert.equal(scratch.git('rev-parse', 'HEAD'), base);
    assert.equal(await repository.resolve(branch), second.commit, 'the run’s own branch stays to look at');
  });

  it('takes the merge commit of a run off where it is the last commit, and keeps what it was merged beside', async () => {
    const branch = await repository.openRunBranch('run1', base);
    const first = await landed('a.txt', 'two\n', branch);
    const second = await landed('b.txt', 'two\n', branch);
    scratch.write('c.txt', 'mine\n');
    const mine = scratch.commit('by the user');
    assert.ok((await repository.mergeRunBranch('run1', 'refs/heads/main')).ok);
    assert.equal(await refusal(second), 'rollback/built-upon', 'half of a merge cannot be undone');
    assert.equal((await undone(first, second)).to, mine);
    assert.deepEqual(['a.txt', 'b.txt', 'c.txt'].map(scratch.read), ['one\n', 'one\n', 'mine\n']);
  });

  it('lists what was undone among the save points, and brings it back', async () => {
    const landing = await landed('a.txt', 'two\n');
    await undone(landing);
    const points = await repository.savePoints();
    assert.deepEqual(
      points.map(({ kind, branch, commit }) => [kind, branch, commit]),
      [
        ['undone', 'refs/heads/main', landing.commit],
        ['before', 'refs/heads/main', base],
      ],
    );
    const back = await repository.restoreSavePoint(points[0]?.ref as string);
    assert.ok(back.ok, JSON.stringify(back));
    assert.deepEqual([back.value.left, back.value.regained], [[], [landing.commit]]);
    assert.equal(scratch.read('a.txt'), 'two\n');
    assert.equal(scratch.git('status', '--porcelain'), '');
  });

  it('restores only what it made: not another ref, not where it is, not a branch that is gone', async () => {
    await landed('a.txt', 'two\n');
    const [point] = await repository.savePoints();
    const code = async (ref: string) => {
      const result = await repository.restoreSavePoint(ref);
      return result.ok ? 'none' : result.fault.code;
    };
    assert.equal(await code('refs/countersign/staged/x'), 'rollback/no-save-point');
    assert.equal(await code((point?.ref as string).replace(/.$/, 'g')), 'rollback/no-save-point');
    scratch.git('reset', '--quiet', '--hard', base);
    assert.equal(await code(point?.ref as string), 'rollback/already-there');
    scratch.git('checkout', '--quiet', '--detach');
    scratch.git('branch', '--quiet', '-D', 'main');
    assert.equal(await code(point?.ref as string), 'rollback/no-branch');
  });
});
