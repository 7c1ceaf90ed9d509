import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { type Ledger, openLedger } from '../../src/ledger/open-ledger.ts';
import { randomFrom } from '../../src/ledger/random.ts';
import { type Bench, openBench, root, runEnd } from './support.ts';

const example = path.join(root, 'examples', 'hello-service');
const plan = path.join('.countersign', 'plans', 'grow.yaml');
const killsInARun = 5;
const seeds = [1, 2, 3, 4];

/** What names a step of a run, however often it is gone through. */
function stepOf(event: Record<string, any>): string {
  const about = event.state ?? event.command ?? event.role ?? event.verdict?.type ?? '';
  return [event.type, event.phaseId, event.attempt, event.component, about].join(' ');
}

/** The example, with checks that take less time than `npm test`, and its own configuration as one named by the user. */
async function openExample(): Promise<{ readonly bench: Bench; readonly config: string }> {
  const bench = await openBench({ commit: false });
  cpSync(example, bench.directory, { recursive: true });
  const file = path.join(bench.directory, plan);
  const quick = "node --test --test-isolation=none 'test/*.test.ts'";
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('run: npm test', `run: ${quick}`));
  bench.git('add', '--all');
  bench.git('commit', '--quiet', '--message', 'Begin');
  const config = path.join(bench.home, 'config.yaml');
  const own = parse(readFileSync(path.join(example, '.countersign', 'grow', 'config.yaml'), 'utf8'));
  own.models.providers.recorded.cassette = path.join(example, '.countersign', 'grow', 'recorded.yaml');
  writeFileSync(config, stringify({ ...own, checks: { sandbox: 'off' } }));
  return { bench, config };
}

/** Everything that must come out the same, however often the run was killed. */
function outcomeOf(bench: Bench, ledger: Ledger) {
  const run = ledger.run('last');
  assert.ok(run);
  const branch = `countersign/${run.id}`;
  const calls = ledger.calls({ runId: run.id, texts: false });
  const answered = calls.filter(({ state, fault }) => state === 'ended' && fault === null);
  const others = calls.filter((call) => !answered.includes(call));
  assert.deepEqual(ledger.checkIntegrity(), []);
  return {
    figures: {
      tree: bench.git('rev-parse', `${branch}^{tree}`).trim(),
      subjects: bench.git('log', '--format=%s', branch).trim().split('\n'),
      main: bench.git('log', '--format=%s', 'main').trim().split('\n'),
      status: bench.git('status', '--porcelain'),
      state: run.state,
      spend: run.spend,
      phases: run.phases.map(({ id, state, failure, attempts, spend }) => ({ id, state, failure, attempts, spend })),
      byModel: ledger.spend({ by: 'model', runId: run.id }).rows,
      // No call is answered, and so paid, twice.
      paid: answered
        .map(({ scope, role, component, model }) => `${scope.phaseId} ${scope.attempt} ${role} ${component} ${model}`)
        .toSorted(),
      staged: bench
        .git('for-each-ref', '--format=%(refname) %(tree)', 'refs/countersign/staged')
        .trim()
        .split('\n')
        .map((line) => line.replace(run.id, 'RUN').replace(/-\d{8}T\S+/, ''))
        .toSorted(),
      savePoints: bench.git('for-each-ref', '--format=%(objectname)', 'refs/countersign/save').trim().split('\n')
        .length,
    },
    cutOff: others,
  };
}

/** Locks, requests and half-written files that nobody will come back for. */
function leftBehind(bench: Bench): readonly string[] {
  const inside = (folder: string) =>
    readdirSync(folder, { recursive: true }).map((name) => path.join(folder, String(name)));
  const git = inside(path.join(bench.directory, '.git'));
  const cache = inside(path.join(bench.home, 'cache'));
  const locks = [...git, ...cache].filter((file) => file.endsWith('.lock') || /tmp_obj|\.tmp-/.test(file));
  const journal = git.filter((file) => /countersign\/(journal|staging|control)\/./.test(file.replaceAll('\\', '/')));
  const worktrees = bench.git('worktree', 'list', '--porcelain').match(/^worktree /gm)?.length ?? 0;
  return [...locks, ...journal, ...(worktrees === 1 ? [] : ['worktrees of the repository'])];
}

describe('the plan of the example, killed and resumed', function () {
  this.timeout(600_000);
  let bench: Bench;
  let config: string;
  let reference: ReturnType<typeof outcomeOf>['figures'];
  let steps = 0;
  let kills = 0;

  beforeEach(async () => {
    ({ bench, config } = await openExample());
  });
  afterEach(() => bench.close());

  const withLedger = <Value>(use: (ledger: Ledger) => Value): Value => {
    const ledger = openLedger(path.join(bench.directory, '.git', 'countersign'));
    try {
      return use(ledger);
    } finally {
      ledger.close();
    }
  };

  /** Runs a command until the run has come so many steps in all, then kills it; true where it was still at work. */
  async function killAt(target: number, extraMs: number, seen: Set<string>, ...words: string[]): Promise<boolean> {
    const child = bench.start(...words, '--json', '--config', config);
    const { promise: reached, resolve } = Promise.withResolvers<void>();
    let rest = '';
    child.stdout?.on('data', (part) => {
      const lines = (rest + String(part)).split('\n');
      rest = lines.pop() as string;
      for (const line of lines) seen.add(stepOf(JSON.parse(line)));
      if (seen.size >= target) resolve();
    });
    const closed = new Promise<void>((done) => child.on('close', () => done()));
    await Promise.race([reached, closed]);
    await new Promise((done) => setTimeout(done, extraMs));
    child.kill('SIGKILL');
    await closed;
    return child.exitCode === null;
  }

  it('comes to its end without a kill', async () => {
    const done = await bench.run('run', plan, '--json', '--config', config);
    assert.equal(done.code, 4, done.out.slice(-2000) + done.err);
    steps = new Set(done.lines.map(stepOf)).size;
    const expected = JSON.parse(readFileSync(path.join(example, '.countersign', 'grow', 'expected.json'), 'utf8'));
    const phases = runEnd(done).phases as readonly { id: string; state: string; attempts: number }[];
    assert.deepEqual(
      Object.fromEntries(phases.map(({ id, state, attempts }) => [id, { state, attempts }])),
      expected.phases,
    );
    const { figures, cutOff } = withLedger((ledger) => outcomeOf(bench, ledger));
    reference = figures;
    assert.deepEqual(
      cutOff.map(({ fault }) => fault?.code),
      [],
    );
    assert.deepEqual(leftBehind(bench), []);
  });

  for (const seed of seeds) {
    it(`comes to the same end when it is killed ${killsInARun} times (seed ${seed})`, async () => {
      assert.ok(steps > 100, 'the run without a kill did not end');
      const random = randomFrom(seed);
      const instants = Array.from({ length: killsInARun }, () => ({
        step: 1 + Math.floor(random() * (steps - 2)),
        extraMs: Math.floor(random() * 120),
      })).toSorted((a, b) => a.step - b.step);
      const seen = new Set<string>();
      let words = ['run', plan];
      for (const { step, extraMs } of instants) {
        if (await killAt(step, extraMs, seen, ...words)) kills += 1;
        // Before its first event there is no run yet to go on with.
        if (withLedger((ledger) => ledger.run('last'))) words = ['resume', 'last'];
      }
      const told = instants.map(({ step, extraMs }) => `${step}/${steps} + ${extraMs} ms`).join(', ');
      const done = await bench.run(...words, '--json', '--config', config);
      assert.equal(done.code, 4, `${told}\n${done.out.slice(-2000)}${done.err}`);
      const { figures, cutOff } = withLedger((ledger) => outcomeOf(bench, ledger));
      assert.deepEqual(figures, reference, told);
      // What a kill cut off cost nothing, and each process had no more than two such calls.
      assert.ok(cutOff.length <= killsInARun * 2, `${cutOff.length} calls were cut off`);
      for (const { fault, tokens, cost } of cutOff) {
        assert.deepEqual([fault?.code, tokens.input + tokens.output, cost.micros], ['interrupted', 0, 0]);
      }
      assert.deepEqual(leftBehind(bench), [], told);
    });
  }

  after(() => {
    if (steps > 0) assert.ok(kills >= 16, `only ${kills} of ${seeds.length * killsInARun} kills came before the end`);
  });
});
