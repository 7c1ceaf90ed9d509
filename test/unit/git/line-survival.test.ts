import assert from 'node:assert/strict';
import type { OpenRepository } from '../../../src/git/open-repository.ts';
import { type Scratch, scratchRepository } from './support.ts';

const { signal } = new AbortController();
const branch = 'refs/heads/main';

describe('how much of a landing is still there', () => {
  let scratch: Scratch;
  let repository: OpenRepository;
  let landed: string;
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, at) => `line ${from + at}\n`).join('');

  beforeEach(async () => {
    scratch = scratchRepository({ 'a.txt': lines(1, 4) });
    scratch.write('a.txt', `${lines(1, 4)}${lines(11, 14)}`);
    landed = scratch.commit('Land');
    repository = await scratch.open();
  });
  afterEach(() => scratch.remove());

  const survival = (at = '2099-01-01T00:00:00Z', commit = landed, on = branch) =>
    repository.lineSurvival({ commit, branch: on }, at, signal);

  it('is all of it at first, and what later commits left of it after', async () => {
    assert.equal(await survival(), 1);
    scratch.write('a.txt', `${lines(1, 4)}${lines(11, 11)}other\nother too\nand more\n`);
    scratch.commit('Replace most');
    assert.equal(await survival(), 0.25);
    scratch.write('a.txt', 'all new\n');
    scratch.commit('Replace all');
    assert.equal(await survival(), 0);
  });

  it('follows a file that was renamed, and counts one that is gone as gone', async () => {
    scratch.git('mv', 'a.txt', 'b.txt');
    scratch.commit('Rename');
    assert.equal(await survival(), 1);
    scratch.git('rm', '--quiet', 'b.txt');
    scratch.commit('Remove');
    assert.equal(await survival(), 0);
  });

  it('looks at the branch as it stood at that moment', async () => {
    scratch.environment.GIT_COMMITTER_DATE = '2090-01-01T00:00:00Z';
    scratch.write('a.txt', 'all new\n');
    scratch.commit('Replace all, later');
    assert.equal(await survival('2089-12-31T00:00:00Z'), 1);
    assert.equal(await survival('2090-01-02T00:00:00Z'), 0);
    assert.equal(await survival('2000-01-01T00:00:00Z'), null, 'before the landing nothing is known');
  });

  it('is not known for a branch that does not have it, a branch that is none, and a landing without lines', async () => {
    scratch.git('branch', 'other', 'HEAD~1');
    assert.equal(await survival(undefined, landed, 'refs/heads/other'), null);
    assert.equal(await survival(undefined, landed, 'refs/heads/none'), null);
    assert.equal(await survival(undefined, landed, '--all'), null);
    scratch.write('a.txt', lines(1, 4));
    const removal = scratch.commit('Only remove');
    assert.equal(await survival(undefined, removal), null);
  });

  it('counts what came through a merge', async () => {
    scratch.git('checkout', '--quiet', '-b', 'side');
    scratch.write('side.txt', lines(1, 3));
    const onSide = scratch.commit('On the side');
    scratch.git('checkout', '--quiet', 'main');
    scratch.write('main.txt', 'x\n');
    scratch.commit('Meanwhile');
    scratch.git('merge', '--quiet', '--no-edit', 'side');
    assert.equal(await survival(undefined, onSide), 1);
  });
});
