import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createVerifier, type VerifierOptions } from '../../../src/checks/verifier.ts';
import { checksPassed } from '../../../src/domain/checks.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';
import {
  cleanScan,
  type Ground,
  makeChecks,
  makeGround,
  makeSpec,
  normal,
  outcomes,
  scope,
  silentProgress,
} from './support.ts';

const never = new AbortController().signal;

describe('the verifier', () => {
  let ground: Ground;
  before(() => {
    ground = makeGround({ 'say.js': 'console.log(process.argv.slice(2).join("|"));\n', 'a.txt': 'one\n' });
  });
  after(() => ground.remove());

  function verifier(checks: object = {}, more: Partial<VerifierOptions> = {}) {
    return createVerifier({
      worktrees: ground.worktrees,
      repositoryRoot: ground.root,
      preparedDirectory: ground.prepared,
      baseWithTests: async (staged, paths) => ground.baseWith(staged, paths),
      checks: makeChecks(checks),
      environment: ground.environment,
      ...more,
    });
  }

  async function run(verify: readonly object[], checks: object = {}, more: Partial<VerifierOptions> = {}) {
    return verifier(checks, more).run(
      scope,
      makeSpec(verify),
      ground.stage({}),
      cleanScan,
      normal,
      silentProgress(),
      never,
    );
  }

  for (const sandbox of ['require', 'off'] as const) {
    describe(sandbox === 'off' ? 'without a sandbox' : 'in the sandbox', () => {
      it('passes a command that exits with 0 and records its evidence', async () => {
        const staged = ground.stage({ 'a.txt': 'two\n' });
        const progress = silentProgress();
        const report = await verifier({ sandbox }).run(
          scope,
          makeSpec([{ run: 'cat a.txt' }]),
          staged,
          cleanScan,
          normal,
          progress,
          never,
        );
        const [result] = report.results;
        assert.equal(result?.output, 'two\n');
        assert.equal(result?.outcome, 'passed');
        assert.equal(result?.exitCode, 0);
        assert.equal(result?.outputHash, createHash('sha256').update('two\n').digest('hex'));
        assert.equal(report.tree, staged.tree);
        assert.equal(report.sandbox, sandbox === 'off' ? 'none' : 'bubblewrap');
        assert.deepEqual(progress.told, ['start cat a.txt', 'end cat a.txt passed']);
        assert.equal(checksPassed(report), true);
        assert.equal(ground.worktrees.released.length, ground.worktrees.leased.length);
      });

      it('runs the node of PATH, with the words as the quotes keep them', async () => {
        const report = await run([{ run: `node say.js 'two words' "a 'b'" c\\ d` }, { run: 'node --version' }], {
          sandbox,
        });
        assert.equal(report.results[0]?.output, "two words|a 'b'|c d\n");
        assert.equal(report.results[1]?.output, `${process.version}\n`);
      });

      it('stops at the first command that fails', async () => {
        const report = await run([{ run: 'true' }, { run: 'sh -c "exit 3"' }, { run: 'true' }], { sandbox });
        assert.deepEqual(outcomes(report), ['passed', 'failed']);
        assert.equal(report.results[1]?.exitCode, 3);
        assert.equal(checksPassed(report), false);
      });

      it('keeps both outputs in the order they were written', async () => {
        const report = await run([{ run: 'echo 1; echo 2 >&2; echo 3; echo 4 >&2', shell: true }], { sandbox });
        assert.equal(report.results[0]?.output, '1\n2\n3\n4\n');
      });

      it('ends a command and what it started at the time limit', async () => {
        const mark = `sleep 30${process.pid % 1000}`;
        const report = await run([{ run: `${mark} & ${mark}`, shell: true, timeout: 0.5 }], { sandbox });
        assert.deepEqual(outcomes(report), ['timed-out']);
        assert.equal(report.results[0]?.exitCode, null);
        assert.ok((report.results[0]?.seconds ?? 99) < 4);
        assert.equal(processesNamed(mark), 0);
      });

      it('lets a command clean up at the time limit, and ends it all the same when it does not', async () => {
        const polite = `trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done`;
        const deaf = `trap '' TERM; while :; do sleep 0.05; done`;
        const limits = { graceSeconds: 0.5 };
        const first = await run([{ run: polite, shell: true, timeout: 0.6 }], { sandbox }, { limits });
        assert.match(first.results[0]?.output ?? '', /^up\n(?:Terminated\n)?bye\n/);
        assert.equal(first.results[0]?.outcome, 'timed-out');
        const second = await run([{ run: deaf, shell: true, timeout: 0.3 }], { sandbox }, { limits });
        assert.equal(second.results[0]?.outcome, 'timed-out');
      });

      it('does not wait for what a command leaves running, and ends it', async () => {
        const mark = `sleep 31${process.pid % 1000}`;
        const report = await run([{ run: `${mark} & echo started`, shell: true }], { sandbox });
        assert.deepEqual(outcomes(report), ['passed']);
        assert.ok((report.results[0]?.seconds ?? 99) < 4);
        assert.equal(processesNamed(mark), 0);
      });

      it('ends also what went to a process group and session of its own', async () => {
        const mark = `sleep 32${process.pid % 1000}`;
        const report = await run([{ run: `setsid ${mark} >/dev/null 2>&1 </dev/null & sleep 0.3`, shell: true }], {
          sandbox,
        });
        assert.deepEqual(outcomes(report), ['passed']);
        assert.equal(processesNamed(mark), 0);
      });

      it('bounds the memory of a command, and leaves one within the bound alone', async () => {
        const take = (megabytes: number) => [{ run: `node -e "Buffer.alloc(${megabytes} * 1048576, 1)"` }];
        assert.deepEqual(outcomes(await run(take(600), { sandbox, memoryMb: 1024 })), ['failed']);
        assert.deepEqual(outcomes(await run(take(10), { sandbox, memoryMb: 1024 })), ['passed']);
        assert.deepEqual(outcomes(await run(take(600), { sandbox })), ['passed']);
      });

      it('says that a missing program cannot be started', async () => {
        const report = await run([{ run: 'no-such-program-anywhere --now' }], { sandbox });
        assert.deepEqual(outcomes(report), ['not-startable']);
        assert.match(report.results[0]?.output ?? '', /no-such-program-anywhere is not on PATH/);
      });

      it('throws `interrupted` when it is aborted, with nothing left running or leased', async () => {
        const mark = `sleep 32${process.pid % 1000}`;
        const controller = new AbortController();
        const started = { ...silentProgress(), onStart: async () => void setTimeout(() => controller.abort(), 200) };
        const running = verifier({ sandbox }).run(
          scope,
          makeSpec([{ run: mark }]),
          ground.stage({}),
          cleanScan,
          normal,
          started,
          controller.signal,
        );
        await assert.rejects(running, (error) => error instanceof EngineError && error.fault.code === 'interrupted');
        assert.equal(processesNamed(mark), 0);
        assert.equal(ground.worktrees.released.length, ground.worktrees.leased.length);
      });

      it('gives the command neither keys nor agents, only what it needs and what `checks.env` names', async () => {
        const environment = {
          ...ground.environment,
          OPENAI_API_KEY: 'sk-secret',
          LAB_KEY: 'lab-secret',
          LC_KEY: 'another-secret',
          SSH_AUTH_SOCK: '/run/agent',
          SOME_SERVICE_TOKEN: 'secret',
          NODE_OPTIONS: '--require /nowhere.js',
          FEATURE: 'on',
        };
        const report = await run(
          [{ run: 'env' }],
          { sandbox, env: ['FEATURE'] },
          { environment, secretNames: ['LAB_KEY', 'LC_KEY'] },
        );
        const output = report.results[0]?.output ?? '';
        assert.match(output, /^FEATURE=on$/m);
        assert.match(output, /^CI=true$/m);
        assert.match(output, /^PATH=\//m);
        assert.doesNotMatch(output, /secret|agent|NODE_OPTIONS/i);
      });

      it('keeps what is written at home and in the temporary folder out of both, and removes it', async () => {
        const own = mkdtempSync(path.join(ground.home, 'temporary-'));
        const shared = process.env.TMPDIR;
        process.env.TMPDIR = own;
        const write = 'echo x > "$HOME/mark" && echo y > "$TMPDIR/mark" && chmod 500 "$TMPDIR" && cat "$HOME/mark"';
        const report = await run([{ run: write, shell: true }], { sandbox }).finally(() => {
          if (shared === undefined) delete process.env.TMPDIR;
          else process.env.TMPDIR = shared;
        });
        assert.equal(report.results[0]?.output, 'x\n');
        assert.equal(existsSync(path.join(ground.home, 'mark')), false);
        assert.deepEqual(readdirSync(own), []);
      });
    });
  }

  it('is what Linux ends first where memory runs out', async function () {
    if (process.platform !== 'linux') this.skip();
    for (const sandbox of ['require', 'off']) {
      const report = await run([{ run: 'cat /proc/self/oom_score_adj' }], { sandbox });
      assert.equal(report.results[0]?.output.trim(), '900');
    }
  });

  it('bounds the processes of a check in the sandbox alone, where nothing else counts', async () => {
    const asked = [{ run: 'ulimit -u 2>/dev/null || ulimit -p', shell: true }];
    const most = async (sandbox: string) =>
      (await run(asked, { sandbox, processes: 99 }).catch(() => null))?.results[0]?.output.trim();
    assert.equal(await most('require'), '99');
    assert.notEqual(await most('off'), '99');
  });

  it('refuses what only a shell understands, and says how to ask for one', async () => {
    const report = await run([{ run: 'true && touch broken' }]);
    assert.deepEqual(outcomes(report), ['not-startable']);
    assert.match(report.results[0]?.output ?? '', /`&` outside quotes.*`shell: true`/);
  });

  it('keeps the head and the tail of a long output, and hashes all of it', async () => {
    const report = await run([{ run: 'seq 1 200000' }], {}, { limits: { outputBytes: 2000 } });
    const whole = `${Array.from({ length: 200_000 }, (_, at) => at + 1).join('\n')}\n`;
    const [result] = report.results;
    assert.equal(result?.outputHash, createHash('sha256').update(whole).digest('hex'));
    assert.ok((result?.output.length ?? 0) < 2100);
    assert.match(result?.output ?? '', /^1\n2\n[\s\S]*bytes left out[\s\S]*200000\n$/);
  });

  it('tries a flaky step up to three times, and no other', async () => {
    const slept: number[] = [];
    const sleep = async (seconds: number) => void slept.push(seconds);
    const third = 'echo . >> tries; test $(wc -l < tries) -ge 3';
    const flaky = await run([{ run: third, shell: true, flaky: true }], {}, { sleep });
    assert.deepEqual([flaky.results[0]?.outcome, flaky.results[0]?.tries], ['passed', 3]);
    assert.deepEqual(slept, [5, 5]);
    const never3 = await run([{ run: 'false', flaky: true }], {}, { sleep });
    assert.deepEqual([never3.results[0]?.outcome, never3.results[0]?.tries], ['failed', 3]);
    const steady = await run([{ run: third, shell: true }], {}, { sleep });
    assert.deepEqual([steady.results[0]?.outcome, steady.results[0]?.tries], ['failed', 1]);
  });

  it('runs strict steps only when it is asked to', async () => {
    const spec = makeSpec([{ run: 'echo normal' }, { run: 'echo strict', profile: 'strict' }]);
    const staged = ground.stage({});
    const lax = await verifier().run(scope, spec, staged, cleanScan, normal, silentProgress(), never);
    assert.deepEqual(
      lax.results.map((result) => result.output),
      ['normal\n'],
    );
    const strict = { strict: true, signed: false };
    const all = await verifier().run(scope, spec, staged, cleanScan, strict, silentProgress(), never);
    assert.deepEqual(
      all.results.map((result) => result.output),
      ['normal\n', 'strict\n'],
    );
  });

  it('runs nothing of a patch on protected paths before a person has signed', async () => {
    const scan = { findings: [], protectedPaths: ['.github/workflows/ci.yml'] };
    const leases = ground.worktrees.leased.length;
    const spec = makeSpec([{ run: 'echo ran' }]);
    const staged = ground.stage({});
    const progress = silentProgress();
    const unsigned = await verifier().run(scope, spec, staged, scan, normal, progress, never);
    assert.match(unsigned.withheld ?? '', /\.github\/workflows\/ci\.yml/);
    assert.deepEqual([unsigned.results, progress.told, ground.worktrees.leased.length], [[], [], leases]);
    assert.equal(checksPassed(unsigned), false);
    const signed = { strict: false, signed: true };
    const after = await verifier().run(scope, spec, staged, scan, signed, silentProgress(), never);
    assert.deepEqual([after.withheld, outcomes(after)], [null, ['passed']]);
  });

  it('refuses to run where a sandbox is required and there is none', async () => {
    const environment = { ...ground.environment, PATH: '/nowhere' };
    await assert.rejects(
      run([{ run: 'true' }], { sandbox: 'require' }, { environment }),
      (error) => error instanceof EngineError && error.fault.code === 'check/no-sandbox',
    );
  });

  it('goes on without one where it is not, and says so', async () => {
    const environment = { ...ground.environment, PATH: folderWithout('bwrap', ground.home) };
    const report = await run([{ run: 'node --version' }], { sandbox: 'auto' }, { environment });
    assert.deepEqual([report.sandbox, outcomes(report)], ['none', ['passed']]);
  });

  it('refuses a configuration that asks for keys or agents', () => {
    for (const name of ['OPENAI_API_KEY', 'SSH_AUTH_SOCK', 'LAB_KEY']) {
      assert.throws(
        () => verifier({ env: [name] }, { secretNames: ['LAB_KEY'] }),
        (error) =>
          error instanceof EngineError && error.fault.code === 'config/invalid' && error.message.includes(name),
      );
    }
  });
});

function processesNamed(text: string): number {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() === text;
      } catch {
        return false;
      }
    }).length;
}

/** A folder with node alone, so that PATH lacks everything else. */
function folderWithout(_missing: string, home: string): string {
  const folder = path.join(home, 'few');
  mkdirSync(folder, { recursive: true });
  const node = path.join(folder, 'node');
  if (!existsSync(node)) writeFileSync(node, `#!/bin/sh\nexec ${process.execPath} "$@"\n`, { mode: 0o755 });
  return folder;
}
