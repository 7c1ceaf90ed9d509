import assert from 'node:assert/strict';
import type { Gh } from '../../../src/checks/ci/gh.ts';
import { githubRepository } from '../../../src/checks/ci/github-repository.ts';
import { waitForWorkflow } from '../../../src/checks/ci/wait-for-workflow.ts';
import { type CiOptions, withCi } from '../../../src/checks/ci/with-ci.ts';
import type { CheckReport } from '../../../src/domain/checks.ts';
import { secondsOf } from '../../../src/domain/ci-check.ts';
import { configSchema } from '../../../src/domain/config.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';
import type { CheckProgress, Verifier } from '../../../src/engine/ports/checks.ts';
import { checkOf, reportOf, specOf, stagedOf } from '../engine/evidence.ts';

const url = 'https://github.example/team/sums/actions/runs/7';
const running = { databaseId: 7, status: 'in_progress', conclusion: null, url };
const ended = (conclusion: string) => ({ databaseId: 7, status: 'completed', conclusion, url });
const request = {
  workflow: 'test.yml',
  commit: 'c0ffee',
  branch: 'countersign/ci/r/p-1',
  repository: null,
  seconds: 600,
};

type Look = readonly object[] | EngineError;

/** A gh that answers `run list` in turn, the last answer for good, on a clock that only sleeping moves. */
function talks(looks: readonly Look[], log = 'log') {
  const asked: (readonly string[])[] = [];
  const waits: number[] = [];
  let time = 0;
  const left = [...looks];
  const gh: Gh = {
    assertThere: async () => {},
    async run(words) {
      asked.push(words);
      if (words[1] === 'view') return log;
      const look = (left.length > 1 ? left.shift() : left[0]) as Look;
      if (look instanceof EngineError) throw look;
      return JSON.stringify(look);
    },
  };
  const sleep = async (seconds: number, signal: AbortSignal) => {
    if (signal.aborted) throw new EngineError({ code: 'interrupted' });
    waits.push(seconds);
    time += seconds * 1000;
  };
  return { gh, asked, waits, now: () => time, sleep };
}

const never = new AbortController().signal;
const failing = new EngineError({ code: 'gh/failed', command: 'run list', detail: 'no route to host' });

describe('waiting for a workflow', () => {
  it('looks ever more seldom until it has ended, and passes with its address', async () => {
    const parts = talks([[], [], [running], [running], [running], [ended('success')]]);
    const result = await waitForWorkflow(request, parts, never);
    assert.deepEqual([result.outcome, result.exitCode, result.url], ['passed', 0, url]);
    assert.equal(result.command, 'CI workflow test.yml');
    assert.deepEqual(parts.waits, [2, 3, 4.5, 6.75, 10.125]);
    assert.equal(result.seconds, 26.375);
    assert.deepEqual(parts.asked[0]?.slice(0, 8), [
      ...['run', 'list', '--workflow', 'test.yml', '--branch', 'countersign/ci/r/p-1', '--commit', 'c0ffee'],
    ]);
  });

  it('brings what the failed steps printed', async () => {
    const parts = talks([[ended('failure')]], 'job\tstep\t1 failing\n');
    const result = await waitForWorkflow({ ...request, repository: 'github.example/team/sums' }, parts, never);
    assert.deepEqual([result.outcome, result.exitCode], ['failed', 1]);
    assert.match(result.output, /ended as failure: https.*\n.*1 failing/);
    assert.deepEqual(parts.asked[1], ['run', 'view', '7', '--log-failed', '--repo', 'github.example/team/sums']);
  });

  for (const conclusion of ['cancelled', 'skipped', 'neutral', 'action_required', 'startup_failure']) {
    it(`does not take ${conclusion} for a success`, async () => {
      assert.equal((await waitForWorkflow(request, talks([[ended(conclusion)]]), never)).outcome, 'failed');
    });
  }

  it('states a timeout, with what it saw, and never waits longer than a minute at a time', async () => {
    const parts = talks([[running]]);
    const result = await waitForWorkflow(request, parts, never);
    assert.deepEqual([result.outcome, result.exitCode, result.url], ['timed-out', null, url]);
    assert.match(result.output, /no result within 10 min; it is in_progress/);
    assert.equal(Math.max(...parts.waits), 60);
    assert.equal(result.seconds, 600);
    const none = await waitForWorkflow({ ...request, seconds: 30 }, talks([[]]), never);
    assert.deepEqual([none.outcome, none.url], ['timed-out', undefined]);
    assert.match(none.output, /No run of test\.yml began within 30 s/);
  });

  it('takes the newest run where there are several', async () => {
    const old = { ...ended('failure'), databaseId: 3 };
    assert.equal((await waitForWorkflow(request, talks([[old, ended('success'), old]]), never)).outcome, 'passed');
  });

  it('bears a server that fails in passing, and gives up on one that stays away', async () => {
    const passing = talks([failing, failing, [ended('success')]]);
    assert.equal((await waitForWorkflow(request, passing, never)).outcome, 'passed');
    const away = talks([failing]);
    await assert.rejects(waitForWorkflow(request, away, never), /no route to host/);
    assert.equal(away.asked.length, 5);
    const missing = talks([new EngineError({ code: 'gh/missing', purpose: 'wait' })]);
    await assert.rejects(waitForWorkflow(request, missing, never), /no `gh` in PATH/);
    assert.equal(missing.asked.length, 1);
  });

  it('ends at once when it is called off', async () => {
    const calledOff = new AbortController();
    calledOff.abort();
    await assert.rejects(waitForWorkflow(request, talks([[running]]), calledOff.signal), (error: EngineError) => {
      assert.equal(error.fault.code, 'interrupted');
      return true;
    });
  });
});

describe('checks with a CI workflow', () => {
  const silent: CheckProgress = { onStart: async () => {}, onEnd: async () => {} };
  const scope = { runId: 'r1', tierId: 't', phaseId: 'p', attempt: 2 };
  const scan = { findings: [], protectedPaths: [] };
  const verifierOf = (report: CheckReport): Verifier => ({ run: async () => report });

  function setUp(looks: readonly Look[]) {
    const done: string[] = [];
    const left: string[] = [];
    const options: CiOptions = {
      ...talks(looks),
      check: { workflow: 'test.yml' },
      remotes: {
        address: async () => 'git@github.example:team/sums.git',
        push: async ({ remote, commit, branch, replace }) =>
          void done.push(`push ${remote} ${commit} ${branch} ${replace}`),
        remove: async (remote, branch) => void done.push(`remove ${remote} ${branch}`),
      },
      onLeft: (sentence) => left.push(sentence),
    };
    return { options, done, left };
  }
  const check = (report: CheckReport, options: CiOptions) =>
    withCi(verifierOf(report), options).run(
      scope,
      specOf(),
      stagedOf([]),
      scan,
      { strict: false, signed: false },
      silent,
      never,
    );

  it('pushes the staged commit to a branch of its own once everything here passed, and removes it', async () => {
    const { options, done } = setUp([[ended('success')]]);
    const report = await check(reportOf(checkOf('passed')), options);
    assert.deepEqual(
      report.results.map(({ command, outcome }) => [command, outcome]),
      [
        ['npm test', 'passed'],
        ['CI workflow test.yml', 'passed'],
      ],
    );
    assert.deepEqual(done, ['push origin commit countersign/ci/r1/p-2 true', 'remove origin countersign/ci/r1/p-2']);
  });

  it('pushes nothing where a check failed, or where nothing may run before a person signs', async () => {
    const { options, done } = setUp([[ended('success')]]);
    assert.equal((await check(reportOf(checkOf('failed')), options)).results.length, 1);
    const withheld = { ...reportOf(), withheld: 'The patch touches .github/workflows/x.yml.' };
    assert.deepEqual((await check(withheld, options)).results, []);
    assert.deepEqual(done, []);
  });

  it('removes the branch also where the wait fails, and says where it cannot', async () => {
    const { options, done, left } = setUp([new EngineError({ code: 'gh/missing', purpose: 'wait' })]);
    await assert.rejects(check(reportOf(), options));
    assert.equal(done.length, 2);
    const remove = async () => Promise.reject(new Error('gone'));
    const stuck = { ...options, ...talks([[ended('success')]]), remotes: { ...options.remotes, remove } };
    assert.equal((await check(reportOf(), stuck)).results[0]?.outcome, 'passed');
    assert.match(left[0] ?? '', /countersign\/ci\/r1\/p-2 could not be removed from origin/);
  });
});

describe('the configuration of a CI workflow', () => {
  const read = (ci: object) => configSchema.safeParse({ checks: { ci } });

  it('reads seconds, minutes and hours', () => {
    assert.deepEqual([undefined, 90, '90s', '30m', '2h'].map(secondsOf), [1800, 90, 90, 1800, 7200]);
    assert.ok(read({ workflow: 'test.yml', timeout: '30m', remote: 'upstream' }).success);
    assert.equal(configSchema.parse({}).checks.ci, undefined);
  });

  for (const ci of [
    {},
    { workflow: '' },
    { workflow: '--repo=evil/evil' },
    { workflow: 'a', timeout: '30 minutes' },
    { workflow: 'a', timeout: 0 },
    { workflow: 'a', remote: '--upload-pack=x' },
    { workflow: 'a', branch: 'main' },
  ]) {
    it(`refuses ${JSON.stringify(ci)}`, () => assert.equal(read(ci).success, false));
  }

  const addresses: readonly (readonly [string, string | null])[] = [
    ['https://github.com/team/sums.git', 'github.com/team/sums'],
    ['https://user@github.example/team/sums', 'github.example/team/sums'],
    ['git@github.com:team/sums.git', 'github.com/team/sums'],
    ['ssh://git@github.example:2222/team/my.sums.git', 'github.example/team/my.sums'],
    ['/srv/git/sums.git', null],
    ['file:///srv/git/sums.git', null],
    ['https://github.com/sums', null],
    ['ext::sh -c evil', null],
  ];
  for (const [address, repository] of addresses) {
    it(`knows ${address}`, () => assert.equal(githubRepository(address), repository));
  }
});
