import type { Workspace } from '../../compose.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { ExitCode } from '../../domain/exit-code.ts';
import { type Autonomy, autonomySchema } from '../../domain/spec.ts';
import { type Command, type Invocation, textValue } from '../command.ts';
import { showEvents } from '../show-events.ts';
import { summaryLines } from '../summary.ts';
import { withWorkspace } from '../workspace.ts';

export const run: Command = {
  name: 'run',
  summary: 'Run phase specs or a plan: build, check, audit, and land what may land.',
  usage: 'FILE… [--autonomy review|gated|full]',
  options: { autonomy: { type: 'string' } },
  usesConfiguration: true,
  run: (invocation) => {
    const autonomy = autonomyOf(invocation);
    return withWorkspace(invocation, (workspace) => runFiles(invocation, workspace, autonomy));
  },
};

function autonomyOf(invocation: Invocation): Autonomy | undefined {
  const text = textValue(invocation, 'autonomy');
  if (text === null) return undefined;
  const read = autonomySchema.safeParse(text);
  if (read.success) return read.data;
  const problem = `--autonomy is \`${text}\`; it must be review, gated or full.`;
  throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign run FILE… --autonomy gated' });
}

async function runFiles(
  { directory, positionals, terminal, signal }: Invocation,
  workspace: Workspace,
  autonomy: Autonomy | undefined,
): Promise<ExitCode> {
  const { plan, isPlan } = await workspace.readNamedFiles(positionals, directory);
  const stop = workspace.engine.listen(showEvents(terminal));
  try {
    const options = { autonomy, branchByDefault: isPlan ? 'run' : 'current' } as const;
    const result = await workspace.engine.run(plan, options, signal);
    const record = workspace.ledger.run(result.runId);
    if (record) for (const line of ['', ...summaryLines(record)]) terminal.print(line);
    if (result.reason) terminal.warn(result.reason);
    return result.exitCode;
  } finally {
    stop();
  }
}
