import assert from 'node:assert/strict';
import type { OpenRepository } from '../../../src/git/open-repository.ts';
import { type Scratch, scratchRepository } from './support.ts';

describe('where a line comes from', () => {
  let scratch: Scratch;
  let repository: OpenRepository;
  let landed: string;

  beforeEach(async () => {
    scratch = scratchRepository({ 'src/a.txt': 'one\ntwo\nthree\n' });
    scratch.write('src/a.txt', 'one\nTWO\nthree\n');
    landed = scratch.commit('Say it louder\n\nCountersign-Run: 20260301-abc\nCountersign-Phase: louder');
    repository = await scratch.open();
  });
  afterEach(() => scratch.remove());

  const at = (line: number, text = scratch.read('src/a.txt')) => repository.lineOrigin('src/a.txt', line, text);

  it('is told by the trailers of its commit', async () => {
    assert.deepEqual(await at(2), { commit: landed, runId: '20260301-abc', phaseId: 'louder' });
  });

  it('is a commit alone where that has no trailers', async () => {
    const { commit, runId, phaseId } = await at(1);
    assert.match(commit ?? '', /^[0-9a-f]{40}$/);
    assert.deepEqual([runId, phaseId], [null, null]);
  });

  it('counts lines in what the editor holds, saved or not', async () => {
    const edited = 'new line\none\nTWO\nthree\n';
    assert.equal((await at(3, edited)).commit, landed);
    assert.equal((await at(1, edited)).commit, null);
  });

  it('is nowhere for a line past the end, a file without history, and one outside', async () => {
    assert.equal((await at(99)).commit, null);
    assert.equal((await repository.lineOrigin('src/new.txt', 1, 'x\n')).commit, null);
    assert.equal((await repository.lineOrigin('../outside.txt', 1, 'x\n')).commit, null);
  });

  it('takes no name out of a message that is no plain name', async () => {
    scratch.write('src/a.txt', 'one\nTWO\nTHREE\n');
    const commit = scratch.commit('x\n\nCountersign-Run: ../../etc\nCountersign-Phase: a b');
    assert.deepEqual(await at(3), { commit, runId: null, phaseId: null });
  });

  it('takes no name where a message has several', async () => {
    scratch.write('src/a.txt', 'one\nTWO\nTHREE\n');
    const commit = scratch.commit('x\n\nCountersign-Run: one\nCountersign-Run: two');
    assert.deepEqual(await at(3), { commit, runId: null, phaseId: null });
  });
});
