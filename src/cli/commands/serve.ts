import { once } from 'node:events';
import { serveEvents } from '../../compose/serve-events.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { type Command, type Invocation, textValue } from '../command.ts';
import { withWorkspace } from '../workspace.ts';

export const serve: Command = {
  name: 'serve',
  summary: 'Send the events of all runs of this repository over SSE, on loopback, to who has the token.',
  usage: '[--port N]',
  options: { port: { type: 'string' } },
  usesConfiguration: false,
  run: (invocation) => {
    const port = portOf(invocation);
    return withWorkspace(invocation, async ({ ledger }) => {
      const { terminal, signal } = invocation;
      const server = await open(port, ledger);
      try {
        terminal.emit({ type: 'serve-start', url: `${server.url}/events`, token: server.token });
        terminal.print(`${server.url}/events`);
        terminal.print(`Authorization: Bearer ${server.token}`);
        if (!signal.aborted) await once(signal, 'abort');
        return exitCodes.done;
      } finally {
        await server.close();
      }
    });
  },
};

function portOf(invocation: Invocation): number {
  const text = textValue(invocation, 'port') ?? '0';
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  const problem = `--port is \`${text}\`; it must be a number up to 65535.`;
  throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign serve --port 7020' });
}

async function open(port: number, source: Parameters<typeof serveEvents>[0]['source']) {
  try {
    return await serveEvents({ source, port });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    throw new EngineError({ code: 'serve/port-taken', port }, error);
  }
}
