import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import type { Command } from '../command.ts';
import { phaseBySelector, runBySelector } from '../find-run.ts';
import { showEvents } from '../show-events.ts';
import { withWorkspace } from '../workspace.ts';

export const rollback: Command = {
  name: 'rollback',
  summary: 'Take back what a run, or one phase of it, landed.',
  usage: 'RUN[/PHASE]',
  options: {},
  usesConfiguration: false,
  run: (invocation) =>
    withWorkspace(invocation, async ({ engine, ledger }) => {
      const { positionals, terminal } = invocation;
      const [selector] = positionals;
      if (selector === undefined) {
        const problem = 'Name the run to roll back.';
        throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign rollback RUN[/PHASE]' });
      }
      const run = runBySelector(ledger, selector);
      const phase = phaseBySelector(run, selector);
      const stop = engine.listen(showEvents(terminal));
      try {
        const done = await engine.rollBack(run, phase?.id ?? null);
        terminal.emit({ type: 'rollback', runId: run.id, rolledBack: done });
        for (const { phaseId, commit } of done) terminal.print(`rolled back ${phaseId} ${commit}`);
        return exitCodes.done;
      } finally {
        stop();
      }
    }),
};
