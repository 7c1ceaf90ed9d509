import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type Bench, goodPatch, nodeTest, obliging, openBench, runEnd } from './support.ts';

let bench: Bench;

async function runOne(of: Bench, config: Record<string, unknown> = {}, spec: Record<string, unknown> = {}) {
  await of.model(obliging, { autonomy: 'gated', ...config });
  return of.run('run', await of.phase('one', { ...nodeTest, ...spec }), '--json');
}

/** The one value, or the first line, that a command printed with `--json`. */
function first({ lines }: { readonly lines: readonly Record<string, any>[] }): Record<string, any> {
  assert.ok(lines[0]);
  return lines[0];
}

function faultOf({ lines }: { readonly lines: readonly Record<string, any>[] }): Record<string, any> {
  const fault = lines.find((line) => line.type === 'fault');
  assert.ok(fault);
  return fault;
}

describe('caps over all folders', function () {
  this.timeout(180_000);
  let other: Bench;

  beforeEach(async () => {
    [bench, other] = [await openBench(), await openBench()];
    other.environment.XDG_STATE_HOME = bench.environment.XDG_STATE_HOME;
  });
  afterEach(async () => {
    await bench.close();
    await other.close();
  });

  for (const [level, key] of [
    ['day', 'perDayUsd'],
    ['month', 'perMonthUsd'],
  ] as const) {
    it(`stop a run in a folder that spent nothing, once the ${level}'s is used elsewhere`, async () => {
      assert.equal(runEnd(await runOne(bench)).exitCode, 0);
      const report = first(await bench.run('spend', '--json'));
      const spent = report.total.costMicros;
      assert.ok(spent > 0);
      const end = runEnd(await runOne(other, { budget: { [key]: (spent + 500) / 1_000_000 } }));
      assert.equal(end.exitCode, 4);
      assert.match(end.phases[0].reason, new RegExp(`for this ${level}, over all folders`));
      assert.equal(other.server?.requests.length, 0, 'nothing was sent');
      const cap = (await other.run('spend', '--json')).lines[0]?.caps.find(
        (candidate: { level: string }) => candidate.level === level,
      );
      assert.deepEqual([cap.capMicros, cap.usedMicros, cap.reservedMicros], [spent + 500, spent, 0]);
    });
  }

  it('hold in each folder alone where the user’s accounts cannot be kept, which a run says once', async () => {
    const file = path.join(bench.home, 'file');
    writeFileSync(file, '');
    bench.environment.XDG_STATE_HOME = path.join(file, 'state');
    const done = await runOne(bench);
    assert.equal(runEnd(done).exitCode, 0);
    const told = done.lines.filter(({ type, message }) => type === 'notice' && /over all folders/.test(message));
    assert.equal(told.length, 1);
    assert.equal((await bench.run('spend', '--json')).lines[0]?.caps.at(-1).level, 'phase');
  });

  it('are shown with what is left of them', async () => {
    bench.environment.COUNTERSIGN_BUDGET_PER_MONTH_USD = '100';
    await runOne(bench);
    const { out } = await bench.run('spend', '--by', 'model');
    assert.match(out, /this month, all folders +\$100\.00 /);
    assert.match(out, /today, all folders +\$20\.00 .*\$(?:20\.00|19\.99)$/m);
    assert.match(out, /run \S+ +\$5\.00 /);
    assert.match(out, /13 % of the input came from a cache, which saved \$0\.0002\./);
  });
});

describe('forecast', function () {
  this.timeout(180_000);

  before(async () => {
    bench = await openBench();
  });
  after(() => bench.close());

  it('has no history in a new repository, and says so', async () => {
    const spec = await bench.phase('one');
    const { out, code } = await bench.run('forecast', spec);
    assert.equal(code, 0);
    assert.match(out, /no history yet/);
    assert.match(out, /needs 5 similar phases/);
    const forecast = first(await bench.run('forecast', spec, '--json'));
    const { id, samples, p50Micros } = forecast.phases[0];
    assert.deepEqual([forecast.type, id, samples, p50Micros], ['forecast', 'one', 0, null]);
    assert.deepEqual([forecast.total.p90Micros, forecast.runCapMicros, forecast.dayLeftMicros], [null, 5e6, 20e6]);
  });

  it('is said before a run', async () => {
    await bench.model(obliging, { autonomy: 'gated' });
    const { out } = await bench.run('run', await bench.phase('told', nodeTest));
    assert.match(out.split('\n')[0] as string, /^Forecast: no history yet for 1 of 1 phases$/);
  });

  it('rests on what similar phases cost', async () => {
    await bench.run('trajectories', 'generate', '--runs', '60', '--calls', '4', '--force');
    const spec = await bench.phase('two', { category: 'docs' });
    const { out } = await bench.run('forecast', spec);
    assert.match(out, /two +docs +medium +\d+ similar +~ \$\d\.\d+ to \$\d\.\d+/);
    const forecast = first(await bench.run('forecast', spec, '--json'));
    assert.ok(forecast.phases[0].samples >= 5);
    assert.ok(forecast.total.p50Micros <= forecast.total.p90Micros);
    assert.deepEqual(forecast.total.p50Micros, forecast.phases[0].p50Micros);
  });

  it('refuses what a run would refuse', async () => {
    assert.equal((await bench.run('forecast')).code, 2);
    assert.equal(faultOf(await bench.run('forecast', 'nowhere.yaml', '--json')).code, 'spec/not-found');
  });
});

describe('spend reconcile', function () {
  this.timeout(180_000);
  let day: string;
  let total: Record<string, number>;

  before(async () => {
    bench = await openBench();
    await runOne(bench);
    const { lines } = await bench.run('spend', '--by', 'day', '--json');
    day = lines[0]?.rows[0].key;
    total = lines[0]?.total;
  });
  after(() => bench.close());

  async function reconcile(lines: readonly string[], ...flags: readonly string[]) {
    const file = path.join(bench.directory, 'export.csv');
    await writeFile(file, lines.join('\n'));
    return bench.run('spend', 'reconcile', 'export.csv', ...flags);
  }
  const header = 'start_time_iso,num_model_requests,model,input_tokens,output_tokens';

  it('exits 0 where everything agrees', async () => {
    const rows = [`${day}T00:00:00Z,1,builder,1000,100`, `${day}T00:00:00Z,1,auditor,500,50`];
    const { code, lines } = await reconcile([header, ...rows], '--json');
    assert.equal(code, 0);
    const found = first({ lines });
    assert.deepEqual([found.type, found.format, found.matches], ['reconcile', 'openai', true]);
    assert.deepEqual(
      found.rows.map((row: Record<string, unknown>) => [row.day, row.model, row.state, row.differenceTokens]),
      [
        [day, 'auditor', 'matched', 0],
        [day, 'builder', 'matched', 0],
      ],
    );
    assert.match((await reconcile([header, ...rows])).out, /2 of 2 lines by day and model agree within 1 %/);
  });

  it('exits 3 where anything differs, and says what, how much and why', async () => {
    const rows = [`${day},9,builder,9000,900`, `${day},1,stranger,10,10`];
    const { code, out } = await reconcile([header, ...rows]);
    assert.equal(code, 3);
    assert.match(out, /auditor +ours-only/);
    assert.match(out, /builder +differs .*\+8800 tokens/);
    assert.match(out, /stranger +theirs-only/);
    assert.match(out, /calls that were not made in this folder/);
    assert.match(out, /0 of 3 lines/);
  });

  it('compares money where the export has it', async () => {
    const usd = (total.costMicros as number) / 1e6;
    assert.equal((await reconcile(['date,cost', `${day},${usd}`])).code, 0);
    assert.equal((await reconcile(['date,cost', `${day},${usd + 1}`])).code, 3);
    assert.equal((await reconcile(['date,cost', `${day},${usd + 1}`], '--tolerance', '100')).code, 0);
    assert.equal((await reconcile(['date,cost', `${day},0`], '--provider', 'nobody')).code, 0);
  });

  it('says on which line a file cannot be read', async () => {
    const bad = await reconcile(['date,cost', `${day},1`, `${day},much`], '--json');
    assert.equal(bad.code, 2);
    const fault = faultOf(bad);
    assert.deepEqual([fault.code, fault.at.line], ['import/unreadable', 3]);
    assert.match(fault.message, /line 3: `much` is no number/);
  });

  it('refuses what is no file, no text or no percentage', async () => {
    const codeOf = async (...words: string[]) => (await bench.run('spend', 'reconcile', ...words)).code;
    assert.equal(await codeOf(), 2);
    assert.equal(await codeOf('a.csv', 'b.csv'), 2);
    assert.equal(await codeOf('nowhere.csv'), 2);
    assert.equal(await codeOf('.'), 2);
    await writeFile(path.join(bench.directory, 'binary.csv'), Buffer.from([0xff, 0xfe, 0x00, 0x80]));
    assert.equal(await codeOf('binary.csv'), 2);
    await writeFile(path.join(bench.directory, 'empty.csv'), '');
    assert.equal(await codeOf('empty.csv'), 2);
    for (const tolerance of ['-1', '101', 'few', '']) {
      assert.equal(await codeOf('export.csv', '--tolerance', tolerance), 2, tolerance);
    }
  });
});

describe('trajectories', function () {
  this.timeout(180_000);

  before(async () => {
    bench = await openBench();
    await runOne(bench);
  });
  after(() => bench.close());

  it('show every step of a run', async () => {
    const { out, code } = await bench.run('trajectories', 'show', 'last');
    assert.equal(code, 0);
    for (const told of [
      /^run \S+ · done · 2 calls/m,
      /attempt 1 · lab\/builder/,
      /why this model: /,
      /call builder\S* · lab\/builder · \d/,
      /\[system\]\n +Countersign role: builder/,
      /Phase one, attempt 1/,
      /The sign was wrong\./,
      /check node --test test\/sum\.test\.js · passed \(0\)/,
      /audit: Good\./,
      /verdict: land/,
      /landed [0-9a-f]{40}/,
    ]) {
      assert.match(out, told);
    }
    const trajectory = first(await bench.run('trajectories', 'show', 'last/one', '--json'));
    assert.equal(trajectory.type, 'trajectory');
    const [phase] = trajectory.phases;
    assert.deepEqual(
      phase.calls.map((call: { role: string }) => call.role),
      ['builder', 'auditor'],
    );
    assert.equal(phase.calls[0].reply, goodPatch);
    assert.ok(phase.events.some((event: { type: string }) => event.type === 'verdict-reached'));
  });

  it('are listed by what they are filtered by', async () => {
    const list = async (...words: string[]) => (await bench.run('trajectories', 'list', ...words, '--json')).lines[0];
    assert.equal((await list())?.count, 1);
    const day = (await list())?.runs[0].startedAt.slice(0, 10);
    for (const words of [
      ['--text', 'do ONE'],
      ['--state', 'done'],
      ['--model', 'lab/builder'],
      ['--category', 'feature'],
      ['--since', day],
      ['--window', day],
      ['--min-cost', '0.0001'],
    ]) {
      assert.equal((await list(...words))?.count, 1, words.join(' '));
    }
    for (const words of [
      ['--text', '%'],
      ['--state', 'failed'],
      ['--model', 'lab/other'],
      ['--category', 'docs'],
      ['--until', day],
      ['--window', '2020-01-01T10'],
      ['--min-cost', '5'],
    ]) {
      assert.equal((await list(...words))?.count, 0, words.join(' '));
    }
    assert.match((await bench.run('trajectories', 'list', '--state', 'failed')).out, /No run fits/);
  });

  it('are exported as a table of any kind', async () => {
    const counts: Record<string, number> = {};
    for (const table of ['runs', 'phases', 'attempts', 'calls', 'checks', 'findings', 'landings']) {
      const { out, code } = await bench.run('trajectories', 'export', table, '--format', 'json');
      assert.equal(code, 0, table);
      counts[table] = JSON.parse(out).length;
    }
    assert.deepEqual(counts, { runs: 1, phases: 1, attempts: 1, calls: 2, checks: 1, findings: 0, landings: 1 });
    const call = first(await bench.run('trajectories', 'export', 'calls', '--run', 'last', '--json', '--texts'));
    assert.equal(call.reply, goodPatch);
    assert.equal(call.input, 1000);
    assert.equal(JSON.parse(call.messages)[0].role, 'user');
    const plain = first(await bench.run('trajectories', 'export', 'calls', '--json'));
    assert.equal('reply' in plain, false, 'texts only when asked for');
    const { out } = await bench.run('trajectories', 'export', 'calls', '--format', 'csv', '--out', 'calls.csv');
    assert.match(out, /2 rows of calls in calls\.csv/);
    const csv = await readFile(path.join(bench.directory, 'calls.csv'), 'utf8');
    assert.match(csv, /^id,runId,tierId,phaseId,attempt,role,/);
    assert.equal(csv.split('\r\n').length, 4);
  });

  it('are made up only where that spoils nothing, the same for the same seed', async () => {
    const spoiled = await bench.run('trajectories', 'generate', '--runs', '3');
    assert.equal(spoiled.code, 2);
    assert.match(spoiled.err, /runs of its own/);
    const scratch = [await openBench(), await openBench()];
    const tables: string[] = [];
    for (const { run } of scratch) {
      const words = ['--runs', '5', '--seed', '9', '--calls', '6', '--until', '2026-03-01T00:00:00Z'];
      const made = first(await run('trajectories', 'generate', ...words, '--json'));
      assert.equal(made.runs, 5);
      tables.push((await run('trajectories', 'export', 'calls', '--format', 'jsonl')).out);
    }
    assert.ok((tables[0] as string).length > 1000);
    assert.equal(tables[0], tables[1]);
    for (const each of scratch) await each.close();
  });

  it('refuse what makes no sense', async () => {
    for (const words of [
      ['show'],
      ['show', 'nobody'],
      ['show', 'last/nobody'],
      ['show', 'last', 'last'],
      ['list', '--state', 'lost'],
      ['list', '--since', 'yesterday'],
      ['list', '--window', '2026-03-01T10:30'],
      ['list', '--window', '2026-03-01', '--since', '2026-03-01'],
      ['list', '--min-cost', 'much'],
      ['list', '--limit', '0'],
      ['export', 'secrets'],
      ['export', 'runs', 'phases'],
      ['export', '--format', 'xml'],
      ['export', '--format', 'csv', '--json'],
      ['export', '--run', 'nobody'],
      ['export', '--out', 'no/such/folder.csv'],
      ['generate'],
      ['generate', '--runs', '-3'],
      ['generate', '--runs', '1', '--until', 'never'],
    ]) {
      const { code, out } = await bench.run('trajectories', ...words, '--repo', bench.directory);
      assert.equal(code, 2, words.join(' '));
      assert.equal(out.includes('at Object'), false);
    }
  });
});

describe('what is kept and sent', function () {
  this.timeout(180_000);

  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  function stateText(): string {
    const state = path.join(bench.directory, '.git', 'countersign');
    const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return files
      .filter(({ name }) => name.startsWith('ledger.sqlite') || /^[0-9a-f]{20}/.test(name))
      .map((file) => readFileSync(path.join(file.parentPath, file.name), 'latin1'))
      .join('\n');
  }

  it('is totals alone for a phase that opted out', async () => {
    const end = runEnd(await runOne(bench, {}, { trajectory: 'totals' }));
    assert.equal(end.exitCode, 0);
    const trajectory = first(await bench.run('trajectories', 'show', 'last', '--json'));
    const [phase] = trajectory.phases;
    assert.deepEqual(
      phase.calls.map((call: Record<string, unknown>) => [call.system, call.messages, call.reply]),
      [
        [null, null, null],
        [null, null, null],
      ],
    );
    assert.equal(phase.calls[0].tokens.input, 1000);
    assert.equal(phase.phase.staged, null);
    assert.equal(
      phase.events.some((event: { type: string }) => event.type === 'patch-staged'),
      false,
    );
    assert.equal((await bench.run('spend', '--json')).lines[0]?.total.calls, 2);
    assert.equal((await bench.run('rollback', 'last/one')).code, 0, 'what landed can still be taken back');
    const call = first(await bench.run('trajectories', 'export', 'calls', '--texts', '--json'));
    assert.equal(call.reply, null);
  });

  it('has no secret of the user’s own kind in it', async () => {
    const secret = 'acme-7f3a9c2e11';
    const reply = goodPatch.replace('The sign was wrong.', `The sign was wrong, and ${secret} is a key.`);
    const replies = obliging.map((entry) =>
      'role' in entry && entry.role === 'builder' ? { ...entry, text: reply } : entry,
    );
    await bench.model(replies, { autonomy: 'gated', ledger: { redact: ['acme-[0-9a-f]{8,}'] } });
    assert.equal(runEnd(await bench.run('run', await bench.phase('one', nodeTest), '--json')).exitCode, 0);
    const call = first(await bench.run('trajectories', 'export', 'calls', '--texts', '--json'));
    assert.match(call.reply, /\[redacted:pattern\] is a key/);
    assert.ok(!stateText().includes(secret));
  });

  it('is refused a pattern that is none', async () => {
    await bench.model(obliging, { ledger: { redact: ['(a+)+$'] } });
    const fault = faultOf(await bench.run('status', '--json'));
    assert.equal(fault.code, 'config/invalid');
    assert.match(fault.message, /\(a\+\)\+\$/);
  });

  it('goes to a collector that the user names, never to one that a repository names', async () => {
    let bodies = 0;
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        bodies += 1;
        response.end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const otlpEndpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await mkdir(path.join(bench.directory, '.countersign'), { recursive: true });
      await bench.write('.countersign/config.yaml', `export: { otlpEndpoint: "${otlpEndpoint}" }\n`);
      const unasked = await runOne(bench);
      assert.equal(runEnd(unasked).exitCode, 0);
      assert.match(unasked.err, /export\.otlpEndpoint/);
      assert.equal(bodies, 0);
      await runOne(bench, { export: { otlpEndpoint, metricsFile: 'metrics.jsonl' } });
      assert.ok(bodies > 0);
      const metrics = await readFile(path.join(bench.directory, '.git', 'countersign', 'metrics.jsonl'), 'utf8');
      assert.match(metrics, /"metric":"run"/);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
