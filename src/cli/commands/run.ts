import path from 'node:path';
import { forecastPlan } from '../../compose/plans/forecast-plan.ts';
import { mayReplan } from '../../compose/plans/replan-run.ts';
import type { Workspace } from '../../compose.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { ExitCode } from '../../domain/exit-code.ts';
import { type Autonomy, autonomySchema } from '../../domain/spec.ts';
import { type Command, type Invocation, textValue } from '../command.ts';
import { forecastLine } from '../forecast-text.ts';
import { showEvents } from '../show-events.ts';
import { summaryLines } from '../summary.ts';
import { withWorkspace } from '../workspace.ts';

export const run: Command = {
  name: 'run',
  summary: 'Run phase specs or a plan: build, check, audit, and land what may land.',
  usage: 'FILE… [--autonomy review|gated|full] [--record CASSETTE]',
  options: { autonomy: { type: 'string' }, record: { type: 'string' } },
  usesConfiguration: true,
  run: (invocation) => {
    const autonomy = autonomyOf(invocation);
    const record = textValue(invocation, 'record');
    const models = record === null ? {} : { models: { recordTo: path.resolve(invocation.directory, record) } };
    return withWorkspace(invocation, (workspace) => runFiles(invocation, workspace, autonomy), models);
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

/** What a person may do about a plan of which not all landed. */
function replanHint(runId: string): string {
  return `\nTo plan what remains anew: countersign plan --replan ${runId}`;
}

async function runFiles(
  { directory, positionals, terminal, signal }: Invocation,
  workspace: Workspace,
  autonomy: Autonomy | undefined,
): Promise<ExitCode> {
  const { plan, isPlan } = await workspace.readNamedFiles(positionals, directory);
  terminal.progress(forecastLine(forecastPlan(workspace, plan)));
  const stop = workspace.engine.listen(showEvents(terminal));
  try {
    const options = { autonomy, branchByDefault: isPlan ? 'run' : 'current' } as const;
    const result = await workspace.engine.run(plan, options, signal);
    const record = workspace.ledger.run(result.runId);
    if (record) for (const line of ['', ...summaryLines(record)]) terminal.print(line);
    if (result.reason) terminal.warn(result.reason);
    if (record && isPlan && mayReplan(workspace, record)) terminal.print(replanHint(record.id));
    return result.exitCode;
  } finally {
    stop();
  }
}
