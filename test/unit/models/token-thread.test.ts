import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tokensOf } from '../../../src/models/count-tokens.ts';
import { TokenThread } from '../../../src/models/token-thread.ts';
import { tokenWorkerFile } from '../../../src/models/token-worker-file.ts';

const texts = ['hello world', '', 'const answer = 42;\n'.repeat(200), '数据库 🙂'];
const countsHere = (exact: boolean) => texts.map((text) => tokensOf(text, exact));

describe('counting in a thread of its own', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'countersign-thread-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const program = (source: string) => {
    const file = path.join(folder, `${Math.random().toString(36).slice(2)}.cjs`);
    writeFileSync(file, `const { parentPort } = require('node:worker_threads');\n${source}`);
    return file;
  };

  it('gives what is counted in this one, for each text in its place', async () => {
    const thread = new TokenThread(tokenWorkerFile);
    assert.deepEqual(await thread.count(texts, true), countsHere(true));
    assert.deepEqual(await thread.count(texts, false), countsHere(false));
    assert.deepEqual(await thread.count([], true), []);
  });

  it('answers each of many at once by its own counts, whatever order they come back in', async () => {
    const backwards = program(`
      const held = [];
      parentPort.on('message', (request) => {
        if (held.push(request) < 3) return;
        for (const { id, texts } of held.reverse()) parentPort.postMessage({ id, counts: texts.map(({ length }) => length) });
      });`);
    const thread = new TokenThread(backwards);
    const asked = [['a'], ['bb', 'ccc'], []].map((some) => thread.count(some, true));
    assert.deepEqual(await Promise.all(asked), [[1], [2, 3], []]);
  });

  for (const [what, file] of [
    ['that is not there', () => path.join(folder, 'missing.cjs')],
    ['that is no path at all', () => 'missing'],
    ['that fails while it starts', () => program(`throw new Error('no');`)],
    ['that fails while it counts', () => program(`parentPort.on('message', () => { throw new Error('no'); });`)],
    ['that ends without a word', () => program(`parentPort.on('message', () => process.exit(0));`)],
  ] as const) {
    it(`counts here where there is a program ${what}`, async () => {
      const thread = new TokenThread(file());
      const first = thread.count(texts, true);
      const second = thread.count(texts, false);
      assert.deepEqual(await first, countsHere(true));
      assert.deepEqual(await second, countsHere(false));
      assert.deepEqual(await thread.count(['hello world'], true), [2]);
    });
  }

  it('keeps no process alive, before it was asked and after, and is waited for while it counts', () => {
    const module = new URL('../../../src/models/tokens.ts', import.meta.url).href;
    const script = `
      import { counterFor, warmTokenCounter } from ${JSON.stringify(module)};
      warmTokenCounter();
      counterFor('gpt-5')(['hello world']).then(([count]) => console.log('counted', count));`;
    const inputs = ['--import', 'tsx', '--input-type=module', '--eval', script];
    const ended = spawnSync(process.execPath, inputs, { encoding: 'utf8', timeout: 60_000 });
    assert.equal(ended.stdout, 'counted 2\n', ended.stderr);
    assert.equal(ended.status, 0);
  }).timeout(90_000);
});
