import assert from 'node:assert/strict';
import type { OpenRepository } from '../../../src/git/open-repository.ts';
import { type Scratch, scope, scratchRepository, specOf } from './support.ts';

describe('reading commits for a survey', function () {
  this.timeout(60_000);
  let scratch: Scratch;
  let repository: OpenRepository;

  beforeEach(async () => {
    scratch = scratchRepository({ 'b.txt': 'b\n', 'a.txt': 'one\ntwo\n', 'dir/ü [x].txt': 'odd\n' });
    repository = await scratch.open();
  });
  afterEach(() => scratch.remove());

  function commit(file: string, text: string, message: string): string {
    scratch.write(file, text);
    scratch.git('add', '--all');
    scratch.git('commit', '--quiet', '--message', message);
    return scratch.git('rev-parse', 'HEAD');
  }

  it('gives files with their contents by name, and no file that is too large', async () => {
    const { reader } = repository;
    const files = await reader.files('HEAD');
    assert.deepEqual(
      files.map(({ path }) => path),
      ['a.txt', 'b.txt', 'dir/ü [x].txt'],
    );
    const contents = await reader.contents(
      files.map(({ object }) => object),
      4,
    );
    assert.deepEqual(
      files.map(({ object }) => contents.get(object)?.toString()),
      [undefined, 'b\n', 'odd\n'],
    );
  });

  it('gives commits with messages and paths, whatever is in them', async () => {
    const { reader } = repository;
    const first = commit('a.txt', 'one\nTWO\n', 'Shout\n\nBecause one must.\n\u0002 odd');
    const second = commit('dir/ü [x].txt', 'even\n', 'Mend');
    const names = await reader.commits('HEAD', 2);
    assert.deepEqual(names, [second, first]);
    const past = await reader.pastCommits(names);
    assert.deepEqual(
      past.map(({ commit: name, paths }) => [name, paths]),
      [
        [second, ['dir/ü [x].txt']],
        [first, ['a.txt']],
      ],
    );
    assert.match(past[1]?.message ?? '', /^Shout\n\nBecause one must\./);
    assert.deepEqual(await reader.pastCommits([]), []);
  });

  it('gives log, blame and changes of one path, its name read as it stands', async () => {
    const { reader } = repository;
    const first = commit('dir/ü [x].txt', 'odd\nmore\n', 'Add more');
    assert.match(await reader.log('HEAD', 'dir/ü [x].txt', 5), /: Add more$/m);
    assert.doesNotMatch(await reader.log('HEAD', 'a.txt', 5), /Add more/);
    assert.match(await reader.blame('HEAD', 'dir/ü [x].txt', 2, 2), /2\) more$/);
    assert.match((await reader.show('HEAD', first, ['dir/ü [x].txt'])) ?? '', /\+more/);
  });

  it('shows no commit that does not lead to the base', async () => {
    const base = scratch.git('rev-parse', 'HEAD');
    scratch.git('checkout', '--quiet', '-b', 'other');
    const aside = commit('a.txt', 'secret plan\n', 'Aside');
    assert.equal(await repository.reader.show(base, aside, ['a.txt']), null);
    assert.equal(await repository.reader.show(base, 'f'.repeat(40), ['a.txt']), null);
  });

  it('gives the whole difference of two commits as a patch that can be staged', async () => {
    const base = scratch.git('rev-parse', 'HEAD');
    commit('a.txt', 'one\ntwo\nthree', 'No last newline');
    scratch.git('rm', '--quiet', 'b.txt');
    const last = commit('new.txt', 'new\n', 'New');
    const reply = await repository.diff(base, last);
    const staged = await repository.stage({ scope, spec: specOf(), reply, base });
    assert.ok(staged.ok, JSON.stringify(staged));
    assert.equal(staged.value.tree, scratch.git('rev-parse', `${last}^{tree}`));
  });
});
