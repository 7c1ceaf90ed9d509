import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { type Bench, nodeTest, obliging, openBench } from './support.ts';

const sealed = `gAAAA-sealed-${'x'.repeat(400)}`;

describe('sealed reasoning, from the command line', function () {
  this.timeout(180_000);
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  it('goes back to the model that thought it within one attempt, and stands nowhere else', async () => {
    const config = await bench.model([
      {
        role: 'builder',
        toolCalls: [{ id: 'call_1', name: 'read_file', arguments: { path: 'src/sum.js' } }],
        reasoning: [{ before: 0, item: { id: 'rs_secret_1', summary: [], encrypted_content: sealed } }],
        usage: { input: 900, output: 300 },
        times: 1,
      },
      ...obliging,
    ]);
    await writeFile(config, (await readFile(config, 'utf8')).replace('api: chat', 'api: responses'));
    const done = await bench.run('run', await bench.phase('one', nodeTest), '--autonomy', 'gated', '--json');
    assert.equal(done.code, 0, done.out + done.err);
    const asked = (bench.server?.requests ?? []).filter(({ role }) => role === 'builder');
    assert.equal(asked.length, 2);
    const input = (asked[1]?.body.input ?? []) as readonly Record<string, unknown>[];
    const at = input.findIndex(({ type }) => type === 'reasoning');
    assert.deepEqual(input[at], { type: 'reasoning', id: 'rs_secret_1', summary: [], encrypted_content: sealed });
    assert.deepEqual([input[at + 1]?.type, input[at + 1]?.call_id], ['function_call', 'call_1']);
    for (const { role, body } of bench.server?.requests ?? []) {
      if (role !== 'builder') assert.ok(!JSON.stringify(body).includes('gAAAA-sealed'), String(role));
    }
    const shown = await bench.run('trajectories', 'show', 'last', '--json');
    const table = await bench.run('trajectories', 'export', 'calls', '--texts', '--format', 'jsonl');
    const atif = await bench.run('trajectories', 'export', '--format', 'atif');
    assert.match(atif.out, /read_file/);
    for (const { code, out, err } of [done, shown, table, atif]) {
      assert.equal(code, 0, err);
      assert.doesNotMatch(out, /gAAAA|rs_secret/);
    }
    const calls = shown.lines[0]?.phases[0].calls as readonly { readonly messages: readonly Record<string, any>[] }[];
    const kept = calls.flatMap(({ messages }) => messages).find(({ reasoning }) => reasoning)?.reasoning;
    assert.deepEqual([kept?.model, kept?.count, kept?.tokens], ['lab/builder', 1, 300]);
    assert.match(kept?.sha256, /^[\da-f]{64}$/);
  });
});
