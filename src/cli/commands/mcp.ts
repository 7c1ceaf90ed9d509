import { agentBounds } from '../../domain/agent-tools.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import type { Command } from '../command.ts';
import { withWorkspace } from '../workspace.ts';

const bounds = { origin: 'command line', file: null, values: agentBounds } as const;

export const mcp: Command = {
  name: 'mcp',
  summary: 'Offer audits, phases and status to other agents (Model Context Protocol, on standard input and output).',
  usage: '',
  options: {},
  usesConfiguration: false,
  async run(invocation) {
    const { signal, terminal } = invocation;
    // Standard output belongs to the protocol; loaded here, because no other command needs it.
    const { serveMcp } = await import('../mcp-server.ts');
    terminal.warn('Countersign offers its tools on standard input and output.');
    await serveMcp({
      withWorkspace: (use) => withWorkspace(invocation, use, { ownLayers: [bounds] }),
      input: process.stdin,
      output: process.stdout,
      signal,
    });
    return exitCodes.done;
  },
};
