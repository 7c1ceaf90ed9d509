import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { createVerifier } from '../../../src/checks/verifier.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';
import type { Staged } from '../../../src/domain/proposal.ts';
import {
  cleanScan,
  type Ground,
  makeChecks,
  makeGround,
  makeSpec,
  outcomes,
  scope,
  silentProgress,
} from './support.ts';

const never = new AbortController().signal;
/** Installs what the lock file names and counts how often; says whether there is a network. */
const install = `
const fs = require('node:fs');
fs.mkdirSync('node_modules/lib', { recursive: true });
fs.writeFileSync('node_modules/lib/index.js', 'module.exports = ' + JSON.stringify(fs.readFileSync('package-lock.json', 'utf8').trim()));
fs.mkdirSync('build'); fs.writeFileSync('build/out.txt', 'built');
fs.writeFileSync('node_modules/lib/devices', fs.readFileSync('/proc/net/dev', 'utf8'));
`;

describe('preparing a worktree', () => {
  let ground: Ground;
  beforeEach(() => {
    ground = makeGround({
      'install.js': install,
      'package-lock.json': 'first\n',
      'use.js': "console.log(require('lib'));\n",
      '.gitignore': 'node_modules\nbuild\n.env*\n',
      'src.js': '1\n',
    });
  });
  afterEach(() => ground.remove());

  async function run(staged: Staged, commands: readonly string[], checks: object, more = {}) {
    const { signed, shell } = { signed: false, shell: true, ...more };
    const progress = silentProgress();
    const verifier = createVerifier({
      worktrees: ground.worktrees,
      repositoryRoot: ground.root,
      preparedDirectory: ground.prepared,
      baseWithTests: async (of, paths) => ground.baseWith(of, paths),
      checks: makeChecks({ sandbox: 'require', ...checks }),
      environment: ground.environment,
    });
    const spec = makeSpec(commands.map((command) => ({ run: command, shell })));
    const report = await verifier.run(scope, spec, staged, cleanScan, { strict: false, signed }, progress, never);
    return { report, output: report.results.map((result) => result.output).join(''), told: progress.told };
  }

  function shareLibrary(): string {
    const library = path.join(ground.root, 'node_modules', 'lib');
    mkdirSync(library, { recursive: true });
    writeFileSync(path.join(library, 'index.js'), "module.exports = 'shared';\n");
    symlinkSync('lib', path.join(ground.root, 'node_modules', 'alias'));
    mkdirSync(path.join(ground.root, 'node_modules', '.cache'));
    writeFileSync(path.join(ground.root, 'node_modules', '.cache', 'mine'), 'mine');
    return path.join(library, 'index.js');
  }
  const setup = { setup: ['node install.js'] };

  for (const sandbox of ['require', 'off']) {
    describe(sandbox === 'off' ? 'without a sandbox' : 'in the sandbox', () => {
      it('shares folders, and lets no check write into the shared ones', async () => {
        const index = shareLibrary();
        const attack =
          'node use.js; echo poison > node_modules/lib/index.js; echo x > node_modules/lib/new; rm -rf node_modules/alias; true';
        const { output } = await run(ground.stage({}), [attack], { sandbox, share: ['node_modules'] });
        assert.match(output, /^shared$/m);
        assert.equal(readFileSync(index, 'utf8'), "module.exports = 'shared';\n");
        assert.deepEqual(readdirSync(path.dirname(index)), ['index.js']);
        assert.ok(lstatSync(path.join(ground.root, 'node_modules', 'alias')).isSymbolicLink());
      });

      it('starts a program of a shared folder, and says which one is not there', async () => {
        const bin = path.join(path.dirname(path.dirname(shareLibrary())), '.bin');
        mkdirSync(bin);
        writeFileSync(path.join(bin, 'tool'), '#!/usr/bin/env node\nconsole.log("tool");\n', { mode: 0o755 });
        const checks = { sandbox, share: ['node_modules'] };
        const { report } = await run(ground.stage({}), ['node_modules/.bin/tool', 'bin/none'], checks, {
          shell: false,
        });
        assert.deepEqual(outcomes(report), ['passed', 'not-startable']);
        assert.match(report.results[1]?.output ?? '', /bin\/none/);
      });

      it('runs setup once for the same lock file', async () => {
        const first = await run(ground.stage({ 'src.js': '2\n' }), ['node use.js && cat build/out.txt'], {
          sandbox,
          ...setup,
        });
        assert.equal(first.output, 'first\nbuilt');
        assert.ok(first.told.includes('start node install.js'));
        const second = await run(ground.stage({ 'src.js': '3\n' }), ['node use.js && cat build/out.txt'], {
          sandbox,
          ...setup,
        });
        assert.equal(second.output, 'first\nbuilt');
        assert.ok(!second.told.includes('start node install.js'));
      });

      it('lets no check change what setup made for the next one', async () => {
        const poison = 'echo poison > node_modules/lib/index.js; echo poison > build/out.txt; true';
        await run(ground.stage({}), [poison], { sandbox, ...setup });
        const next = await run(ground.stage({ 'src.js': '4\n' }), ['node use.js && cat build/out.txt'], {
          sandbox,
          ...setup,
        });
        assert.equal(next.output, 'first\nbuilt');
      });

      it('runs setup again for another lock file, for that tree alone', async () => {
        await run(ground.stage({}), ['node use.js'], { sandbox, ...setup });
        const locked = ground.stage({ 'package-lock.json': 'second\n' });
        const second = await run(locked, ['node use.js'], { sandbox, ...setup });
        assert.equal(second.output, 'second\n');
        const other = ground.stage({ 'package-lock.json': 'second\n', 'src.js': '5\n' });
        assert.ok((await run(other, ['node use.js'], { sandbox, ...setup })).told.includes('start node install.js'));
        assert.equal((await run(ground.stage({}), ['node use.js'], { sandbox, ...setup })).output, 'first\n');
      });

      it('copies listed ignored files, and no others', async () => {
        writeFileSync(path.join(ground.root, '.env.test'), 'A=1\n');
        writeFileSync(path.join(ground.root, '.env'), 'SECRET=1\n');
        const { output } = await run(ground.stage({}), ['cat .env.test; ls -A'], { sandbox, copy: ['.env.test'] });
        assert.match(output, /^A=1$/m);
        assert.doesNotMatch(output, /^\.env$/m);
      });
    });
  }

  it('leaves the worktree without a trace of what was shown in it', async () => {
    shareLibrary();
    await run(ground.stage({}), ['node use.js'], { share: ['node_modules'] });
    const worktree = path.join(ground.home, '.cache', 'countersign', '1');
    assert.equal(existsSync(path.join(worktree, 'node_modules')), false);
  });

  it('gives tools a cache beside the dependencies, without what is in the user’s', async () => {
    shareLibrary();
    const command =
      'ls -A node_modules; mkdir -p node_modules/.cache && echo x > node_modules/.cache/file && readlink node_modules/alias';
    const { output, report } = await run(ground.stage({}), [command], { share: ['node_modules'] });
    assert.equal(output, 'alias\nlib\nlib\n');
    assert.deepEqual(outcomes(report), ['passed']);
    assert.deepEqual(readdirSync(path.join(ground.root, 'node_modules', '.cache')), ['mine']);
  });

  it("has a network for setup on the user's own commit, none for the patch's own", async () => {
    const lines = 'wc -l < node_modules/lib/devices';
    const count = async (staged: Staged, signed = false) =>
      Number((await run(staged, [lines], setup, { signed })).output);
    const host = readFileSync('/proc/net/dev', 'utf8').split('\n').length - 1;
    const alone = 3;
    assert.ok(host > alone, 'this machine has a network device');
    assert.equal(await count(ground.stage({})), host);
    assert.equal(await count(ground.stage({ 'package-lock.json': 'second\n' })), alone);
    assert.equal(await count(ground.stage({ 'package-lock.json': 'third\n' }), true), host);
  });

  it('runs nothing of the patch in a setup that has a network', async () => {
    const attack = ground.stage({
      'install.js': `${install}\nfs.writeFileSync('node_modules/lib/index.js', "module.exports = 'attack'");`,
    });
    assert.equal((await run(attack, ['node use.js'], setup)).output, 'first\n');
  });

  it('reports a setup that fails because of the patch as a failed check', async () => {
    const staged = ground.stage({ 'package-lock.json': 'second\n', 'install.js': 'process.exit(7);\n' });
    const { report } = await run(staged, ['echo not reached'], setup);
    assert.deepEqual(
      report.results.map((result) => [result.command, result.exitCode]),
      [['node install.js', 7]],
    );
    assert.match(report.results[0]?.output ?? '', /without a network/);
  });

  it('stops the phase where setup fails on what the user has', async () => {
    await assert.rejects(
      run(ground.stage({}), ['true'], { setup: ['node missing.js'] }),
      (error) =>
        error instanceof EngineError &&
        error.fault.code === 'check/not-startable' &&
        /before the patch/.test(error.message),
    );
    assert.equal(ground.worktrees.released.length, ground.worktrees.leased.length);
  });

  it('stops the phase where the configuration names what is not there', async () => {
    for (const checks of [
      { share: ['node_modules'] },
      { share: ['../elsewhere'] },
      { copy: ['.env.test'] },
      { copy: ['/etc/passwd'] },
      { copy: ['.git/config'] },
    ]) {
      await assert.rejects(
        run(ground.stage({}), ['true'], checks),
        (error) => error instanceof EngineError && error.fault.code === 'check/not-startable',
        JSON.stringify(checks),
      );
    }
  });

  it('copies nothing through a link', async () => {
    const outside = path.join(ground.home, 'outside');
    mkdirSync(outside);
    writeFileSync(path.join(ground.home, 'secret'), 'SECRET\n');
    symlinkSync(path.join(ground.home, 'secret'), path.join(ground.root, '.env.test'));
    const linked = { copy: ['.env.test'] };
    await assert.rejects(run(ground.stage({}), ['true'], linked), (error) => error instanceof EngineError);
    rmSync(path.join(ground.root, '.env.test'));
    symlinkSync(outside, path.join(ground.root, 'trap'));
    const trap = ground.stage({});
    mkdirSync(path.join(ground.root, 'trap', 'node_modules'), { recursive: true });
    writeFileSync(path.join(ground.root, 'trap', 'node_modules', 'x'), 'x');
    const shared = { sandbox: 'off', share: ['trap/node_modules'] };
    await assert.rejects(run(trap, ['true'], shared), (error) => error instanceof EngineError);
    assert.deepEqual(readdirSync(outside), []);
  });
});
