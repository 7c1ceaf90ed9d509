import assert from 'node:assert/strict';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { type Bench, goodPatch, majorReview, nodeTest, obliging, openBench, root } from './support.ts';

describe('countersign mcp', () => {
  let bench: Bench;
  let client: Client;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(async () => {
    await client.close();
    await bench.close();
  });

  async function connect(config: string | null): Promise<void> {
    client = new Client({ name: 'test', version: '1' });
    const words = [path.join(root, 'dist', 'cli.js'), 'mcp', ...(config === null ? [] : ['--config', config])];
    const env = Object.fromEntries(Object.entries(bench.environment).filter(([, value]) => value !== undefined));
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: words,
      env: env as Record<string, string>,
      cwd: bench.directory,
      stderr: 'ignore',
    });
    await client.connect(transport);
  }
  async function call(name: string, given: Record<string, unknown>): Promise<{ isError: boolean; value: any }> {
    const result = await client.callTool({ name, arguments: given }, undefined, { timeout: 60_000 });
    const [content] = result.content as readonly { readonly text: string }[];
    return { isError: result.isError === true, value: JSON.parse(content?.text ?? 'null') };
  }

  it('offers its tools with what they do', async () => {
    await connect(null);
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map((tool) => [tool.name, tool.annotations?.readOnlyHint]),
      [
        ['countersign_audit', false],
        ['countersign_run_phase', false],
        ['countersign_status', true],
      ],
    );
  });

  it('audits what is staged, and says so where a major finding blocks it', async () => {
    await connect(await bench.model([{ role: 'auditor', text: majorReview }]));
    await bench.write('src/sum.js', 'export function sum(a, b) {\n  return a + b;\n}\n');
    bench.git('add', '--all');
    const { isError, value } = await call('countersign_audit', { goal: 'Add.' });
    assert.equal(isError, false, JSON.stringify(value));
    assert.equal(value.gate, 'blocked');
    assert.match(value.findings[0].claim, /joined, not added/);
  });

  it('says what is wrong with a call, as a fault with its remedy', async () => {
    await connect(await bench.model(obliging));
    const nothing = await call('countersign_audit', {});
    assert.equal(nothing.isError, true);
    assert.equal(nothing.value.code, 'patch/changes-nothing');
    assert.ok(nothing.value.remedy);
    const two = await call('countersign_audit', { base: 'HEAD', patch: goodPatch });
    assert.equal(two.value.code, 'arguments/invalid');
    const outside = await call('countersign_run_phase', { file: '../elsewhere.yaml' });
    assert.match(outside.value.message, /outside the repository/);
  });

  it('never has a change land, whatever the configuration says', async () => {
    await connect(await bench.model(obliging, { autonomy: 'full' }));
    await bench.write('fix.yaml', `id: fix-sum\ngoal: Fix it.\nverify:\n  - run: ${nodeTest.verify[0]?.run}\n`);
    const before = bench.git('rev-parse', 'HEAD');
    const { value } = await call('countersign_run_phase', { file: 'fix.yaml' });
    assert.equal(bench.git('rev-parse', 'HEAD'), before);
    assert.notEqual(value.outcome, 'done');
    const { value: status } = await call('countersign_status', {});
    assert.equal(status.runs.length, 1);
  });
});
