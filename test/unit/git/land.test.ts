import assert from 'node:assert/strict';
import { landRequest, patchFrom, type Scratch, scratchRepository, staged } from './support.ts';

describe('landing', () => {
  let scratch: Scratch;
  beforeEach(() => {
    scratch = scratchRepository();
  });
  afterEach(() => scratch.remove());

  it('makes a commit with the audited tree and parent, and the files follow', async () => {
    const base = scratch.git('rev-parse', 'HEAD');
    const patch = patchFrom(scratch, () => {
      scratch.write('a.txt', 'one\nTWO\nthree\n');
      scratch.write('dir/new.txt', 'new\n');
    });
    const repository = await scratch.open();
    const change = await staged(repository, patch);
    assert.equal(scratch.git('status', '--porcelain'), '');
    const landed = await repository.land(landRequest(change));
    assert.ok(landed.ok, JSON.stringify(landed));
    assert.equal(scratch.git('rev-parse', 'HEAD'), landed.value.commit);
    assert.equal(scratch.git('rev-parse', 'HEAD^'), base);
    assert.equal(scratch.git('rev-parse', 'HEAD^{tree}'), change.tree);
    assert.equal(scratch.git('status', '--porcelain'), '');
    assert.equal(scratch.read('dir/new.txt'), 'new\n');
    assert.equal(scratch.git('log', '-1', '--format=%(trailers)'), 'Countersign-Run: run1\n');
    const back = await repository.rollback([landed.value], [['Countersign-Rollback', 'run1']]);
    assert.ok(back.ok, JSON.stringify(back));
    assert.equal(scratch.git('rev-parse', 'HEAD^{tree}'), scratch.git('rev-parse', `${base}^{tree}`));
    assert.equal(scratch.git('status', '--porcelain'), '');
    const lease = await repository.worktrees.lease(change.commit, new AbortController().signal);
    await lease.release();
  });
});
