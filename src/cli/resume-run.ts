import type { ParseArgsOptionsConfig } from 'node:util';
import type { ResumeOptions, Workspace } from '../compose.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { ExitCode } from '../domain/exit-code.ts';
import type { RunRecord } from '../domain/run.ts';
import { flagValue, type Invocation } from './command.ts';
import { showEvents } from './show-events.ts';
import { summaryLines } from './summary.ts';

/** What to do where models, prices or rules are no longer those that the run began with. */
export const changedOptions = {
  'accept-changes': { type: 'boolean' },
  'keep-frozen': { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;

/** Throws `arguments/invalid` where both are asked for. */
export function changedChoice(invocation: Invocation): Pick<ResumeOptions, 'acceptChanges' | 'keepFrozen'> {
  const acceptChanges = flagValue(invocation, 'accept-changes');
  const keepFrozen = flagValue(invocation, 'keep-frozen');
  if (!acceptChanges || !keepFrozen) return { acceptChanges, keepFrozen };
  const problem = '--accept-changes takes what holds today, --keep-frozen what held when the run began: name one.';
  throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign resume RUN --keep-frozen' });
}

/** Goes on with a run in this process and shows it as it goes. */
export async function resumeRun(
  { terminal, signal }: Invocation,
  { engine, ledger }: Workspace,
  record: RunRecord,
  options: ResumeOptions,
): Promise<ExitCode> {
  const stop = engine.listen(showEvents(terminal));
  try {
    const result = await engine.resume(record, signal, options);
    const after = ledger.run(result.runId);
    if (after) for (const line of ['', ...summaryLines(after)]) terminal.print(line);
    if (result.reason) terminal.warn(result.reason);
    return result.exitCode;
  } finally {
    stop();
  }
}
