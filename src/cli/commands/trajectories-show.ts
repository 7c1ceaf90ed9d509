import type { Workspace } from '../../compose.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import type { RunRecord } from '../../domain/run.ts';
import type { Command } from '../command.ts';
import { phaseBySelector, runBySelector } from '../find-run.ts';
import { type Trajectory, trajectoryLines } from '../trajectory-text.ts';
import { withWorkspace } from '../workspace.ts';

export const trajectoriesShow: Command = {
  name: 'trajectories show',
  summary: 'Show every step of a run or a phase: prompts, replies, checks, findings, verdicts, and what they cost.',
  usage: 'RUN[/PHASE]',
  options: {},
  usesConfiguration: false,
  run: (invocation) => {
    const { terminal, positionals } = invocation;
    const [selector, ...others] = positionals;
    if (selector === undefined || others.length > 0) {
      const usage = 'countersign trajectories show RUN[/PHASE]';
      throw new EngineError({ code: 'arguments/invalid', problem: 'Name one run, or a phase of it.', usage });
    }
    return withWorkspace(invocation, async ({ ledger }) => {
      const run = runBySelector(ledger, selector);
      const trajectory = trajectoryOf(ledger, run, phaseBySelector(run, selector)?.id ?? null);
      terminal.emit({ type: 'trajectory', ...trajectory });
      if (!terminal.json) for (const line of trajectoryLines(trajectory)) terminal.print(line);
      return exitCodes.done;
    });
  },
};

function trajectoryOf(ledger: Workspace['ledger'], run: RunRecord, phaseId: string | null): Trajectory {
  const { phases, ...rest } = run;
  const events = ledger.events(run.id);
  const attempts = ledger.attempts(run.id);
  return {
    run: rest,
    phases: phases
      .filter(({ id }) => phaseId === null || id === phaseId)
      .map((phase) => ({
        phase,
        attempts: attempts.filter((attempt) => attempt.phaseId === phase.id),
        calls: ledger.calls({ runId: run.id, phaseId: phase.id }),
        events: events.filter((event) => event.phaseId === phase.id),
      })),
  };
}
