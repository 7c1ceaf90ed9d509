import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { detectSandbox } from '../../src/checks/sandbox.ts';
import { pngOf } from '../support/pictures.ts';
import { type Bench, breakingPatch, cleanReview, goodPatch, nodeTest, obliging, openBench, runEnd } from './support.ts';

const strictTest = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sum } from '../src/sum.js';

test('adds', () => assert.equal(sum(1, 2), 3));
`;
const review = { role: 'auditor', text: cleanReview };

describe('the Builder, from the command line', function () {
  this.timeout(180_000);
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
    await bench.write('test/sum.test.js', strictTest);
    await bench.write('.env', 'SECRET=hunter2-hunter2\n');
    bench.git('add', '--all', '--force');
    bench.git('commit', '--quiet', '--message', 'Test the sum');
  });
  afterEach(() => bench.close());

  function sent(number: number): string {
    return bench.server?.requests.filter(({ role }) => role === 'builder')[number - 1]?.text ?? '';
  }

  it('tells what it was shown and what not, and never shows a secret file', async () => {
    await bench.model(obliging);
    const done = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    assert.equal(done.code, 0, done.err);
    const told = done.lines.filter((line) => line.type === 'context-gathered');
    assert.equal(told.length, 1);
    const { report } = told[0] as Record<string, any>;
    assert.ok(report.shown.some((piece: any) => piece.title === 'src/sum.js' && piece.form === 'whole'));
    assert.ok(report.cut.some((piece: any) => piece.title === '.env' && piece.why === 'may hold secrets'));
    assert.ok(
      report.gatherers.every((gatherer: any) => gatherer.outcome === 'done'),
      JSON.stringify(report.gatherers),
    );
    assert.ok(report.usedTokens > 0 && report.usedTokens <= report.budgetTokens);
    assert.match(sent(1), /return a - b;/);
    assert.ok(!sent(1).includes('hunter2'));
    assert.match(sent(1), /Phase one, attempt 1$/);
  });

  it('keeps to the tokens that the configuration gives a brief', async () => {
    await bench.write('src/long.js', `${'export const value = 1;\n'.repeat(3_000)}`);
    bench.git('add', '--all');
    bench.git('commit', '--quiet', '--message', 'Long');
    await bench.model(obliging, { builder: { contextTokens: 2_000 } });
    const done = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    assert.equal(done.code, 0, done.err);
    assert.ok(sent(1).length < 10_000, String(sent(1).length));
    assert.match(sent(1), /File `src\/long\.js`, in part:/);
    assert.equal(sent(1).split('File `src/long.js`').length, 2);
  });

  it('lets the model look things up, records each use, and refuses what is not allowed', async () => {
    const calls = [
      { name: 'read_file', arguments: { path: 'src/sum.js' } },
      { name: 'read_file', arguments: { path: '.env' } },
      { name: 'read_file', arguments: { path: '../../etc/passwd' } },
      { name: 'run_shell', arguments: { command: 'id' } },
      { name: 'search_text', arguments: '{broken' },
    ];
    await bench.model([{ role: 'builder', toolCalls: calls, times: 1 }, ...obliging]);
    const done = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    assert.equal(done.code, 0, done.err + done.out);
    const uses = done.lines.filter((line) => line.type === 'tool-used').map(({ use }) => [use.tool, use.outcome]);
    assert.deepEqual(uses, [
      ['read_file', 'done'],
      ['read_file', 'refused'],
      ['read_file', 'refused'],
      ['run_shell', 'refused'],
      ['search_text', 'failed'],
    ]);
    assert.match(sent(2), /1 {2}export function sum/);
    assert.ok(!sent(2).includes('hunter2') && !sent(2).includes('root:'));
    assert.match(sent(2), /Phase one, attempt 1$/);
  });

  it('runs commands on a copy where the user allows it, and keeps nothing of what they change', async () => {
    const calls = [
      { name: 'run_shell', arguments: { command: 'cat src/sum.js && echo broken > src/sum.js && echo "wrote it"' } },
      { name: 'run_checks', arguments: {} },
      { name: 'run_code', arguments: { language: 'javascript', code: "console.log(6 * 7, 'it\\'s')" } },
    ];
    const replies = [{ role: 'builder', toolCalls: calls, times: 1 }, ...obliging];
    await bench.model(replies, { builder: { tools: { shell: true, tests: true, code: true } } });
    const done = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    assert.equal(done.code, 0, done.err + done.out);
    const uses = done.lines.filter((line) => line.type === 'tool-used').map(({ use }) => [use.tool, use.outcome]);
    assert.deepEqual(
      uses,
      calls.map(({ name }) => [name, 'done']),
    );
    assert.match(sent(2), /return a - b;[\s\S]*wrote it/);
    assert.match(sent(2), /exit code 1[\s\S]*adds/);
    assert.match(sent(2), /42 it's/);
    assert.match(await bench.read('src/sum.js'), /return a \+ b;/);
  });

  it('runs a model’s commands in the sandbox, which holds back the network, the keys and the user’s files', async function () {
    const sandbox = await detectSandbox(process.env, AbortSignal.timeout(60_000));
    if (!sandbox.available) {
      console.log(`NOT RUN: “${this.test?.title}” needs a sandbox, and this machine gives none: ${sandbox.reason}`);
      this.skip();
    }
    const own = path.join(bench.directory, '..', 'home', 'private.txt');
    await writeFile(own, 'not-for-models');
    const look = `cat '${own}' "$HOME/private.txt"; env; echo looked`;
    const reach = `require('node:http').get('${'http://127.0.0.1:PORT/'}').on('error', (e) => console.log('no way:', e.code))`;
    const replies = (port: string) => [
      {
        role: 'builder',
        times: 1,
        toolCalls: [
          { name: 'run_shell', arguments: { command: look } },
          { name: 'run_code', arguments: { language: 'javascript', code: reach.replace('PORT', port) } },
        ],
      },
      ...obliging,
    ];
    const open = createServer((_, response) => response.end('reached')).listen(0, '127.0.0.1');
    await once(open, 'listening');
    try {
      const { port } = open.address() as AddressInfo;
      await bench.model(replies(String(port)), {
        checks: { sandbox: 'require' },
        builder: { tools: { shell: true, code: true } },
      });
      const done = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
      assert.equal(done.code, 0, done.err + done.out);
      const uses = done.lines.filter((line) => line.type === 'tool-used').map(({ use }) => [use.tool, use.outcome]);
      assert.deepEqual(uses, [
        ['run_shell', 'done'],
        ['run_code', 'done'],
      ]);
      assert.match(sent(2), /looked/);
      assert.match(sent(2), /no way:/);
      assert.ok(!sent(2).includes('not-for-models') && !sent(2).includes('sk-test-key'));
    } finally {
      open.close();
      open.closeAllConnections();
    }
  });

  it('lets the aggregator weigh what was found where that is switched on, and says so where it cannot', async () => {
    for (const name of ['one', 'two', 'three', 'four']) {
      await bench.write(`src/${name}.js`, `export const ${name} = 1; // sum of ${name}\n`.repeat(100));
    }
    bench.git('add', '--all');
    bench.git('commit', '--quiet', '--message', 'More');
    const parts = [...Array(12).keys()].map((at) => ({ number: at + 1, worth: 1 }));
    const weigh = { role: 'aggregator:brief', text: JSON.stringify({ parts: parts.slice(0, 2) }), times: 1 };
    const broken = { role: 'aggregator:brief', text: 'All of them.' };
    const settings = { builder: { contextTokens: 1_500, distil: true } };

    await bench.model([weigh, ...obliging], settings);
    const done = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    assert.equal(done.code, 0, done.err + done.out);
    const asked = () => bench.server?.requests.filter(({ role }) => role === 'aggregator:brief') ?? [];
    assert.equal(asked().length, 1);
    assert.match(asked()[0]?.text ?? '', /Phase one, attempt 1$/);
    const gathered = done.lines.find((line) => line.type === 'context-gathered') as Record<string, any>;
    assert.equal(gathered.report.gatherers.find(({ name }: any) => name === 'distil').outcome, 'done');
    assert.ok(
      done.lines.some((line) => line.type === 'call-end' && line.role === 'aggregator'),
      done.out,
    );
    const spent = await bench.run('spend', '--by', 'role', '--json');
    assert.ok(
      JSON.parse(spent.out).rows.some(({ key }: any) => key === 'aggregator'),
      spent.out,
    );

    await bench.model([broken, ...obliging], settings);
    bench.git('reset', '--quiet', '--hard', 'HEAD~1');
    const again = await bench.run('run', await bench.phase('two', nodeTest), '--autonomy', 'gated', '--json');
    assert.equal(again.code, 0, again.err + again.out);
    const notice = again.lines.find((line) => line.type === 'notice' && /cut by rule/.test(String(line.message)));
    assert.ok(notice, again.out);
  });

  describe('a picture of the repository', () => {
    const look = { name: 'view_image', arguments: { source: 'docs/mock.png' } };
    const content = pngOf(40, 30);

    async function looksAt(settings: Record<string, unknown>, sees: boolean) {
      await bench.write('docs/note.md', 'See the picture.\n');
      await writeFile(path.join(bench.directory, 'docs', 'mock.png'), content);
      bench.git('add', '--all');
      bench.git('commit', '--quiet', '--message', 'Draw it');
      const file = await bench.model([{ role: 'builder', toolCalls: [look], times: 1 }, ...obliging], settings);
      const config = await readFile(file, 'utf8');
      await writeFile(file, config.replace('models:\n', `models:\n  vision: { lab/builder: ${sees} }\n`));
      const done = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
      assert.equal(done.code, 0, done.err + done.out);
      const used = done.lines.find((line) => line.type === 'tool-used') as Record<string, any>;
      const [, second] = bench.server?.requests.filter(({ role }) => role === 'builder') ?? [];
      const messages = second?.body.messages as readonly Record<string, any>[];
      return { use: used.use, messages, done };
    }

    it('is sent to a model that sees, once the user allows it, and kept by its hash', async () => {
      const { use, messages } = await looksAt({ builder: { tools: { documents: true } } }, true);
      assert.equal(use.outcome, 'done');
      const [said, shown] = messages.at(-1)?.content ?? [];
      assert.match(said.text, /docs\/mock\.png, \d+ bytes, SHA-256 [0-9a-f]{64}/);
      assert.equal(shown.image_url.url, `data:image/png;base64,${content.toString('base64')}`);
      const replay = await bench.run('replay', 'last', '--json');
      assert.equal(replay.code, 0, replay.out + replay.err);
      assert.equal((runEnd(replay).replay as Record<string, unknown>).result, 'identical');
      const state = path.join(bench.directory, '.git', 'countersign');
      const kept = (await readdir(state, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
      assert.ok(kept.length > 0);
      for (const { parentPath, name } of kept) {
        assert.ok(!(await readFile(path.join(parentPath, name))).includes(content.toString('base64')), name);
      }
    });

    it('is told by its size where the model sees nothing', async () => {
      const { use, messages } = await looksAt({ builder: { tools: { documents: true } } }, false);
      assert.equal(use.outcome, 'done');
      assert.match(messages.at(-1)?.content, /"width":40,"height":30[\s\S]*you cannot be sent pictures/);
    });

    it('is refused where the user did not allow it', async () => {
      const { use, messages } = await looksAt({}, true);
      assert.deepEqual([use.outcome, use.tool], ['refused', 'view_image']);
      assert.match(messages.at(-1)?.content, /not allowed here/);
    });
  });

  it('offers no tools where the user allows none', async () => {
    await bench.model(obliging, { builder: { tools: { read: false } } });
    await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    const body = bench.server?.requests.find(({ role }) => role === 'builder')?.body;
    assert.equal(body?.tools, undefined);
  });

  it('does not let a repository allow a tool unasked', async () => {
    await bench.write('.countersign/config.yaml', 'builder: { distil: true, tools: { shell: true, read: false } }\n');
    bench.git('add', '--all');
    bench.git('commit', '--quiet', '--message', 'Configure');
    await bench.model(obliging);
    const done = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated');
    assert.match(done.err, /builder\.tools\.shell/);
    assert.match(done.err, /builder\.distil/);
    assert.ok(!done.err.includes('builder.tools.read'));
  });

  it('makes several proposals side by side, goes on with the best and keeps them all', async () => {
    const long = goodPatch.replace('+  return a + b;', '+  const total = a + b;\n+  return total;');
    const bad = 'I cannot do that.';
    await bench.model([
      { role: 'builder', text: breakingPatch, times: 1 },
      { role: 'builder', text: long, times: 1 },
      { role: 'builder', text: goodPatch, times: 1 },
      { role: 'builder', text: bad, times: 1 },
      review,
    ]);
    const spec = await bench.phase('one', { ...nodeTest, builder: { candidates: 4 } });
    const done = await bench.run('run', spec, '--autonomy', 'gated', '--json');
    assert.equal(done.code, 0, done.err + done.out);
    assert.match(await bench.read('src/sum.js'), /return a \+ b;/);
    const { candidates } = done.lines.find((line) => line.type === 'candidates-ranked') as Record<string, any>;
    assert.equal(candidates.length, 4);
    const byRank = [...candidates].sort((a: any, b: any) => a.rank - b.rank);
    assert.deepEqual(
      byRank.map(({ outcome }: any) => outcome),
      ['passed', 'passed', 'checks-failed', 'refused'],
    );
    assert.deepEqual([byRank[0].lines, byRank[1].lines], [2, 3]);
    assert.equal(new Set(candidates.map(({ temperature }: any) => temperature)).size, 4);
    // One attempt, one staged change told, all four paid for.
    assert.equal(done.lines.filter((line) => line.type === 'patch-staged').length, 1);
    assert.equal(runEnd(done).phases[0].attempts, 1);
    assert.equal(bench.server?.requests.filter(({ role }) => role === 'builder').length, 4);
  });

  it('asks the models that the spec names for candidates, and goes on without one that may not be paid', async () => {
    await bench.model([{ role: 'builder', text: goodPatch }, review], {
      models: {
        providers: { lab: { baseUrl: 'http://127.0.0.1:9/v1', apiKeyEnv: 'LAB_KEY', api: 'chat' } },
        roles: { builder: 'lab/builder', auditor: 'lab/auditor' },
        prices: {
          'lab/builder': { input: 1, output: 2 },
          'lab/dear': { input: 9_000, output: 9_000 },
          'lab/auditor': { input: 1, output: 2 },
        },
      },
    });
    const file = path.join(path.dirname(bench.directory), 'config.yaml');
    const config = await readFile(file, 'utf8');
    await writeFile(file, config.replace('http://127.0.0.1:9/v1', bench.server?.url ?? ''));
    const candidateModels = ['lab/dear', 'lab/builder'];
    const spec = await bench.phase('one', { ...nodeTest, builder: { candidates: 2, candidateModels } });
    const done = await bench.run('run', spec, '--autonomy', 'gated', '--json');
    assert.equal(done.code, 0, done.err + done.out);
    const { candidates } = done.lines.find((line) => line.type === 'candidates-ranked') as Record<string, any>;
    assert.deepEqual(
      candidates.map(({ model, rank, outcome }: any) => [model, rank, outcome]),
      [
        ['lab/dear', 2, 'failed'],
        ['lab/builder', 1, 'passed'],
      ],
    );
    assert.deepEqual([...new Set(bench.server?.requests.map(({ body }) => body.model))].sort(), ['auditor', 'builder']);
  });

  it('builds on what the attempt before staged, where the configuration says so', async () => {
    const halfway = goodPatch.replace('+  return a + b;', '+  return a + b + 1;');
    const onTop = goodPatch.replace('-  return a - b;', '-  return a + b + 1;');
    const replies = [
      { role: 'builder', attempt: 1, text: halfway },
      { role: 'builder', attempt: 2, text: onTop },
      { role: 'reflector', text: 'One too many.' },
      review,
    ];
    await bench.model(replies, { builder: { continueFrom: 'staged' } });
    const done = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    assert.equal(done.code, 0, done.err + done.out);
    assert.match(sent(2), /return a \+ b \+ 1;/);
    assert.match(sent(2), /Write only what must still change/);
    const staged = done.lines.filter((line) => line.type === 'patch-staged').at(-1) as Record<string, any>;
    assert.match(staged.staged.patch, /^-\s+return a - b;$/m);
    assert.match(await bench.read('src/sum.js'), /return a \+ b;/);
  });

  it('starts from the base again by default', async () => {
    const halfway = goodPatch.replace('+  return a + b;', '+  return a + b + 1;');
    await bench.model([
      { role: 'builder', attempt: 1, text: halfway },
      { role: 'builder', attempt: 2, text: goodPatch },
      { role: 'reflector', text: 'One too many.' },
      review,
    ]);
    const done = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    assert.equal(done.code, 0, done.err + done.out);
    const [first, second] = [sent(1), sent(2)].map((text) => text.replace(/\n?Phase one, attempt \d$/, '').trimEnd());
    // All of the first request stands at the beginning of the second, for the provider's cache.
    assert.ok(second?.startsWith(first as string));
  });

  it('says that files in scope changed since the spec was written, before anything is spent', async () => {
    const old = bench.git('rev-parse', 'HEAD').trim();
    await bench.write('src/sum.js', 'export function sum(a, b) {\n  return a - b;\n}\n// later\n');
    bench.git('commit', '--quiet', '--all', '--message', 'Later');
    await bench.model(obliging);
    const spec = await bench.phase('one', { ...nodeTest, base: old });
    const done = await bench.run('run', spec, '--autonomy', 'gated', '--json');
    const types = done.lines.map(({ type }) => type);
    const drift = done.lines.find(({ type }) => type === 'drift-found');
    assert.deepEqual(drift?.paths, ['src/sum.js']);
    assert.ok(types.indexOf('drift-found') < types.indexOf('call-start'));
    const unknown = await bench.phase('two', { ...nodeTest, base: 'feedfeed' });
    const other = await bench.run('run', unknown, '--autonomy', 'gated', '--json');
    assert.equal(other.lines.find(({ type }) => type === 'drift-found')?.known, false);
  });

  it('keeps what the reply claims for each criterion', async () => {
    const text = `${goodPatch}\nMeets 1: src/sum.js hunk 1\nMeets 7: src/sum.js\nTests: test/sum.test.js\n`;
    await bench.model([{ role: 'builder', text }, review]);
    const spec = await bench.phase('one', { ...nodeTest, acceptance: ['sum adds'] });
    const done = await bench.run('run', spec, '--autonomy', 'gated', '--json');
    assert.equal(done.code, 0, done.err);
    const staged = done.lines.find(({ type }) => type === 'patch-staged');
    assert.deepEqual(staged?.claims, [{ criterion: 'sum adds', hunks: [{ file: 'src/sum.js', hunk: 1 }] }]);
    assert.deepEqual(staged?.tests, ['test/sum.test.js']);
  });
});
