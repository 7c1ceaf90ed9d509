import assert from 'node:assert/strict';
import type { StackProfile } from '../../../src/domain/stack.ts';
import { detectStacks } from '../../../src/planner/detect-stack.ts';
import { builtInProfiles } from '../../../src/planner/profiles.ts';
import { treeOf } from './fixtures.ts';

const detect = (files: Record<string, string>, own: readonly StackProfile[] = []) =>
  detectStacks(treeOf(files), [...builtInProfiles, ...own]);

describe('detectStacks', () => {
  it('knows each built-in kind of project by its manifest', async () => {
    const kinds: readonly [string, Record<string, string>][] = [
      ['typescript-node-service', { 'package.json': '{"dependencies":{"fastify":"5"},"scripts":{"test":"mocha"}}' }],
      ['web-front-end', { 'package.json': '{"dependencies":{"react":"19","vite":"7"},"scripts":{"test":"vitest"}}' }],
      ['python-package', { 'pyproject.toml': '[project]\nname = "a"' }],
      ['go-service', { 'go.mod': 'module example.com/a' }],
      ['rust-crate', { 'Cargo.toml': '[package]' }],
    ];
    for (const [id, files] of kinds) {
      const found = await detect(files);
      assert.deepEqual(
        found.map(({ profile }) => profile.id),
        [id],
      );
    }
  });

  it('finds nothing in a repository without a manifest', async () => {
    assert.deepEqual(await detect({ 'notes.txt': 'package.json' }), []);
  });

  it('goes by the language of most files where there is no manifest', async () => {
    const python = { 'a.py': '', 'b/c.py': '', 'b/d.py': '' };
    const [found] = await detect({ ...python, 'run.sh': '' });
    assert.deepEqual(
      [found?.profile.id, found?.folder, found?.because],
      ['python-package', '', '3 of 4 files of code are Python'],
    );
    assert.deepEqual(await detect({ 'a.py': '', 'b.py': '' }), [], 'two files say little');
    assert.deepEqual(await detect({ ...python, 'a.go': '', 'b.go': '', 'c.go': '', 'a.rb': '', 'b.rb': '' }), []);
    const vendored = { 'vendor/a.py': '', 'vendor/b.py': '', 'vendor/c.py': '' };
    assert.deepEqual(await detect(vendored), [], 'what others wrote does not count');
    assert.deepEqual(await detect({ 'a.js': '', 'b.js': '', 'c.js': '' }), [], 'scripts stand in a package.json');
    assert.equal((await detect({ ...python, 'go.mod': 'module a' }))[0]?.profile.id, 'go-service');
  });

  it('offers only scripts that package.json has, through the program of its lock file', async () => {
    const manifest = '{"dependencies":{"react":"19"},"scripts":{"build":"vite build"}}';
    const [found] = await detect({ 'package.json': manifest, 'pnpm-lock.yaml': '' });
    assert.deepEqual(
      found?.profile.verify.map((step) => step.run),
      ['pnpm run build'],
    );
    assert.deepEqual(found?.profile.setup, ['pnpm install --frozen-lockfile']);
  });

  it('keeps the checks of a package.json that cannot be read', async () => {
    const [found] = await detect({ 'package.json': '{"scripts": ' });
    assert.deepEqual(
      found?.profile.verify.map((step) => step.run),
      ['npm test'],
    );
  });

  it('names every project of a repository of several, the top first, and leaves vendored ones out', async () => {
    const found = await detect({
      'web/package.json': '{"dependencies":{"svelte":"5"}}',
      'go.mod': 'module a',
      'vendor/b/go.mod': 'module b',
      'node_modules/c/package.json': '{}',
      'a/b/c/d/Cargo.toml': '[package]',
    });
    assert.deepEqual(
      found.map(({ folder, profile }) => [folder, profile.id]),
      [
        ['', 'go-service'],
        ['web', 'web-front-end'],
      ],
    );
  });

  it("lets a team's own profile go before the built-in one", async () => {
    const own: StackProfile = {
      id: 'house-service',
      title: 'House service',
      language: 'Go',
      manifests: ['go.mod'],
      mentions: [],
      setup: [],
      verify: [{ run: 'make check', timeout: 60, profile: 'normal', shell: false, flaky: false }],
      tests: [],
      source: [],
    };
    const [found] = await detect({ 'go.mod': 'module a' }, [own]);
    assert.equal(found?.profile.id, 'house-service');
  });
});
