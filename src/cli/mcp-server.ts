import type { Readable, Writable } from 'node:stream';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { version } from '../../package.json';
import { type AgentTool, agentTools } from '../compose/agent-tools.ts';
import type { Workspace } from '../compose.ts';
import { describeFault } from '../domain/describe-fault.ts';
import { faultOf } from '../domain/engine-error.ts';

export interface McpOptions {
  /** Opens the repository for one call and closes it after. */
  readonly withWorkspace: (use: (workspace: Workspace) => Promise<unknown>) => Promise<unknown>;
  readonly input: Readable;
  readonly output: Writable;
  readonly signal: AbortSignal;
}

/**
 * Offers Countersign's tools over the Model Context Protocol on two streams; resolves when the client goes away or the
 * signal is aborted. Source: Model Context Protocol specification, 2025-06-18, "stdio".
 */
export async function serveMcp({ withWorkspace, input, output, signal }: McpOptions): Promise<void> {
  const server = new McpServer({ name: 'countersign', title: 'Countersign', version });
  for (const tool of agentTools) register(server, tool, withWorkspace);
  const transport = new StdioServerTransport(input, output);
  const closed = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
    // The transport does not notice that its client has gone.
    input.once('end', resolve);
    input.once('close', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await server.connect(transport);
  await closed;
  await server.close();
}

function register(server: McpServer, tool: AgentTool, withWorkspace: McpOptions['withWorkspace']): void {
  const { name, title, description, input, readOnly } = tool;
  const annotations = { readOnlyHint: readOnly, destructiveHint: false, openWorldHint: !readOnly };
  server.registerTool(name, { title, description, inputSchema: input.shape, annotations }, async (given, extra) => {
    let told = 0;
    const progress = (message: string) => {
      const token = extra._meta?.progressToken;
      if (token === undefined) return;
      told += 1;
      const params = { progressToken: token, progress: told, message };
      extra.sendNotification({ method: 'notifications/progress', params }).catch(() => {
        // The client went away; the call ends by its signal.
      });
    };
    try {
      const result = await withWorkspace((workspace) =>
        tool.call(given, { workspace, progress, signal: extra.signal }),
      );
      return { content: [{ type: 'text', text: JSON.stringify(result) }] };
    } catch (error) {
      const fault = faultOf(error);
      const { message, remedy } = describeFault(fault);
      const text = JSON.stringify({ type: 'fault', code: fault.code, message, remedy });
      return { isError: true, content: [{ type: 'text', text }] };
    }
  });
}
