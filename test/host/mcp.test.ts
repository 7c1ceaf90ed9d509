import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { McpStdioServerDefinition } from 'vscode';
import { mcpServersFor } from '../../src/vscode/chat/mcp-provider.ts';
import { folder, ours } from './support.ts';

/** What a client says first, as the protocol has it. */
const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

/** The first line that the server answers with. */
async function answerOf({ command, args }: McpStdioServerDefinition, PATH: string): Promise<string> {
  const server = spawn(command, args, { env: { ...process.env, PATH }, stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    server.stdin.write(`${JSON.stringify(initialize)}\n`);
    for await (const line of createInterface({ input: server.stdout })) return line;
    throw new Error('The server ended without an answer.');
  } finally {
    server.kill();
  }
}

describe('The server for other agents', () => {
  let bin: string;
  before(() => {
    bin = mkdtempSync(join(tmpdir(), 'countersign-bin-'));
    const program = join(bin, 'countersign');
    const cli = join(ours().extensionPath, 'dist', 'cli.js');
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`);
    chmodSync(program, 0o755);
  });
  after(() => rmSync(bin, { recursive: true, force: true }));

  const searching = (...folders: readonly string[]) => [...folders, process.env.PATH].join(delimiter);

  it('is contributed, and answers `initialize` where the command line is installed', async () => {
    const { mcpServerDefinitionProviders } = ours().packageJSON.contributes;
    assert.deepEqual(
      mcpServerDefinitionProviders.map(({ id }: { readonly id: string }) => id),
      ['countersign.mcp'],
    );
    const PATH = searching(bin);
    const [server, ...others] = await mcpServersFor(folder(), { PATH });
    assert.ok(server);
    assert.deepEqual(others, []);
    assert.equal(server.command, join(bin, 'countersign'));
    const { id, result } = JSON.parse(await answerOf(server, PATH));
    assert.equal(id, 1);
    assert.equal(result.serverInfo.name, 'countersign');
    assert.ok(result.capabilities.tools);
  });

  it('is none where there is no folder or no command line', async () => {
    assert.deepEqual(await mcpServersFor(null, { PATH: searching(bin) }), []);
    assert.deepEqual(await mcpServersFor(folder(), { PATH: '' }), []);
    assert.deepEqual(await mcpServersFor(folder(), {}), []);
  });

  it('is never a program that the search path finds in the folder itself', async () => {
    const own = join(folder(), 'bin');
    mkdirSync(own, { recursive: true });
    try {
      writeFileSync(join(own, 'countersign'), '#!/bin/sh\n');
      chmodSync(join(own, 'countersign'), 0o755);
      for (const PATH of ['bin', './bin', '.']) assert.deepEqual(await mcpServersFor(folder(), { PATH }), []);
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  });
});
