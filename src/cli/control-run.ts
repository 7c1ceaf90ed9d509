import type { Workspace } from '../compose.ts';
import { type Control, describeControl } from '../domain/control.ts';
import { EngineError } from '../domain/engine-error.ts';
import { type ExitCode, exitCodes } from '../domain/exit-code.ts';
import type { Invocation } from './command.ts';
import { phaseBySelector, runBySelector } from './find-run.ts';
import { withWorkspace } from './workspace.ts';

export const controlOptions = { reason: { type: 'string' } } as const;

/** What a control command takes: a whole run, a phase of it, or either. */
type Takes = 'run' | 'phase' | 'either';

/** Asks something of a run that is under way in whatever process, and waits until that has taken it up. */
export function controlRun(invocation: Invocation, type: Control, takes: Takes): Promise<ExitCode> {
  return withWorkspace(invocation, (workspace) => controlIn(invocation, workspace, type, takes));
}

/** The same in a repository that is open. Throws `run/not-live`. */
export async function controlIn(
  { terminal, positionals, values }: Invocation,
  { engine, ledger }: Workspace,
  type: Control,
  takes: Takes,
): Promise<ExitCode> {
  const reason = typeof values.reason === 'string' ? values.reason.trim() || null : null;
  const selector = positionals[0] ?? 'last';
  const run = runBySelector(ledger, selector);
  const phase = phaseBySelector(run, selector);
  if (takes === 'run' && phase) throw wrong(type, 'it is asked of a whole run.');
  if (takes === 'phase' && !phase) throw wrong(type, 'name the phase: RUN/PHASE.');
  if (!ledger.isRunLive(run.id)) throw new EngineError({ code: 'run/not-live', run: run.id });
  const request = { type, phaseId: phase?.id ?? null, reason };
  await engine.control(run.id, request);
  terminal.emit({ type: 'control', runId: run.id, phaseId: request.phaseId, control: type, reason });
  terminal.print(`${phase ? `${run.id}/${phase.id}` : run.id}: ${describeControl(request)}`);
  return exitCodes.done;
}

function wrong(type: Control, problem: string): EngineError {
  const usage = `countersign ${type} RUN${type === 'skip' || type === 'retry' ? '/PHASE' : ''} [--reason TEXT]`;
  return new EngineError({ code: 'arguments/invalid', problem: `\`${type}\`: ${problem}`, usage });
}
