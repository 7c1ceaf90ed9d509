import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { type ScriptedModelServer, startScriptedModelServer } from '../support/scripted-model-server.ts';
import { type Bench, nodeTest, obliging, openBench, runEnd } from './support.ts';

const secret = 'sk-test-key-0123456789abcdef';

describe('countersign models list', function () {
  // Each step is a process of its own, on a machine that may be busy.
  this.timeout(120_000);
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  async function list(models: object, ...words: string[]) {
    const file = path.join(bench.home, 'models.yaml');
    await writeFile(file, stringify({ models }));
    return bench.run('models', 'list', '--config', file, ...words);
  }

  const models = {
    providers: {
      lab: { baseUrl: 'http://me:hidden@127.0.0.1:9/v1?key=hidden', apiKeyEnv: 'LAB_KEY' },
      bare: { baseUrl: 'http://127.0.0.1:8/v1' },
      other: { baseUrl: 'https://api.openai.com/v1', apiKeyEnv: 'NOT_SET' },
    },
    roles: { builder: 'lab/a', auditor: 'other/gpt-5' },
    tiers: { cheap: 'bare/small', top: 'lab/a' },
    categories: { docs: 'bare/small', tests: 'cheap' },
    fallback: ['bare/small', 'nowhere/x', 'vscode/copilot/gpt-5'],
    prices: { 'lab/a': { input: 1, output: 2, cachedInput: 0.1, since: '2026-10-01' } },
  };

  it('tells what each model is for, its price with source and date, and whether its key is there', async () => {
    const done = await list(models, '--json');
    assert.equal(done.code, 0, done.err);
    const report = done.lines[0] as Record<string, any>;
    const byId = Object.fromEntries(report.models.map((model: Record<string, any>) => [model.id, model]));
    assert.deepEqual(byId['lab/a'], {
      id: 'lab/a',
      uses: ['builder', 'reflector', 'planner', 'tier top'],
      place: 'http://127.0.0.1:9/v1',
      api: 'chat',
      key: 'set',
      keyName: 'LAB_KEY',
      format: 'diff',
      seesPictures: false,
      price: { input: 1, output: 2, cachedInput: 0.1, source: 'your configuration', date: '2026-10-01' },
      problem: null,
    });
    assert.equal(byId['bare/small'].price, null);
    assert.deepEqual(byId['bare/small'].uses, ['tier cheap', 'category docs', 'fallback 1']);
    assert.equal(byId['bare/small'].key, 'none needed');
    assert.deepEqual([byId['other/gpt-5'].key, byId['other/gpt-5'].problem], ['missing', 'NOT_SET is not set.']);
    assert.match(byId['other/gpt-5'].price.source, /^genai-prices \d/);
    assert.match(byId['nowhere/x'].problem, /no provider nowhere/);
    assert.match(byId['vscode/copilot/gpt-5'].problem, /in VS Code only/);
    assert.deepEqual(report.missing, []);
    assert.ok(!done.out.includes(secret) && !done.out.includes('hidden'), done.out);
  });

  it('says the same to a person', async () => {
    const done = await list(models);
    assert.match(
      done.out,
      /^lab\/a +builder, reflector, planner, tier top +LAB_KEY set +\$1 +\$2 +\$0\.1 +your configuration, since 2026-10-01$/m,
    );
    assert.match(done.out, /^bare\/small .*unknown: needs a cap in tokens$/m);
    assert.match(done.out, /^other\/gpt-5: NOT_SET is not set\.$/m);
    assert.ok(!done.out.includes(secret) && !done.out.includes('hidden'), done.out);
  });

  it('says which roles have none', async () => {
    const done = await list({});
    assert.equal(done.code, 0);
    assert.match(done.out, /^No model for: builder, auditor, /m);
  });

  it('refuses a tier that is none', async () => {
    const done = await list({ tiers: { huge: 'lab/a' } });
    assert.equal(done.code, 2);
    assert.match(done.err, /huge/);
  });
});

describe('countersign doctor and models', function () {
  // Each step is a process of its own, on a machine that may be busy.
  this.timeout(120_000);
  let bench: Bench;
  let local: ScriptedModelServer;
  beforeEach(async () => {
    bench = await openBench();
    local = await startScriptedModelServer({ replies: [] });
    bench.environment.OLLAMA_HOST = new URL(local.url).host;
  });
  afterEach(async () => {
    await local.close();
    await bench.close();
  });

  it('finds a local server and prints a configuration that works', async () => {
    const done = await bench.run('doctor', '--json');
    const findings: Record<string, any>[] = done.lines[0]?.findings;
    const found = findings.find(({ about, baseUrl }) => about === 'local models' && baseUrl === local.url);
    assert.ok(found, done.out);
    assert.deepEqual(found.models, ['scripted']);
    const config = parse(found.snippet);
    assert.equal(config.models.roles.builder, 'ollama/scripted');
    assert.deepEqual(config.models.prices['ollama/scripted'], { input: 0, output: 0 });
    const file = path.join(bench.home, 'copied.yaml');
    await writeFile(file, found.snippet);
    const list = await bench.run('models', 'list', '--config', file, '--json');
    const [listed] = list.lines[0]?.models ?? [];
    assert.deepEqual([listed.id, listed.problem, listed.price.input], ['ollama/scripted', null, 0]);
    const again = await bench.run('doctor', '--config', file, '--json');
    const known = again.lines[0]?.findings.find(({ baseUrl }: { baseUrl?: string }) => baseUrl === local.url);
    assert.match(known.message, /configured as ollama/);
    assert.equal(known.snippet, undefined);
  });

  it('finds it outside a repository, too', async () => {
    const done = await bench.run('doctor', '--repo', bench.home);
    assert.match(done.out, /^good {2}local models: Ollama at http:\S+: scripted$/m);
    assert.match(done.out, /^ {8}models:$/m);
  });

  it('says which configured model lacks its key or a price', async () => {
    const file = path.join(bench.home, 'models.yaml');
    const providers = { lab: { baseUrl: local.url, apiKeyEnv: 'NOT_SET' }, free: { baseUrl: local.url } };
    await writeFile(file, stringify({ models: { providers, roles: { builder: 'lab/a', auditor: 'free/b' } } }));
    const done = await bench.run('doctor', '--config', file);
    assert.match(done.out, /^look {2}model lab\/a: NOT_SET is not set\.$/m);
    assert.match(done.out, /^look {2}model free\/b: nobody states its price$/m);
  });
});

describe('countersign run --record', function () {
  // Each step is a process of its own, on a machine that may be busy.
  this.timeout(120_000);
  it('writes a cassette that plays the run again, without a model and without the key', async () => {
    const bench = await openBench();
    const other = await openBench();
    try {
      await bench.model(obliging);
      const spec = await bench.phase('one', nodeTest);
      const done = await bench.run('run', spec, '--autonomy', 'gated', '--record', 'tape.yaml', '--json');
      assert.equal(done.code, 0, done.out + done.err);
      const tape = path.join(bench.directory, 'tape.yaml');
      assert.ok(!(await readFile(tape, 'utf8')).includes(secret));
      const config = path.join(other.home, 'tape-config.yaml');
      const roles = { builder: 'tape/x', auditor: 'tape/x' };
      await writeFile(
        config,
        stringify({ models: { providers: { tape: { cassette: tape } }, roles }, checks: { sandbox: 'off' } }),
      );
      const words = ['run', await other.phase('one', nodeTest), '--autonomy', 'gated', '--json', '--config', config];
      const again = await other.run(...words);
      assert.equal(again.code, 0, again.out + again.err);
      assert.equal(runEnd(again).phases[0].state, 'landed');
      assert.equal(again.lines[0]?.recorded, true);
      assert.equal(await other.read('src/sum.js'), await bench.read('src/sum.js'));
    } finally {
      await bench.close();
      await other.close();
    }
  });
});
