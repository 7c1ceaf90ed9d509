import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import type { Returned } from '../../domain/save-point.ts';
import type { Command } from '../command.ts';
import { phaseBySelector, runBySelector } from '../find-run.ts';
import { showEvents } from '../show-events.ts';
import type { Terminal } from '../terminal.ts';
import { withWorkspace } from '../workspace.ts';

const usage = 'RUN[/PHASE]';

export const undo: Command = {
  name: 'undo',
  summary: 'Take what landed off its branch as if it had not been, where nothing was built on it.',
  usage,
  options: {},
  usesConfiguration: false,
  run: (invocation) =>
    withWorkspace(invocation, async ({ engine, ledger }) => {
      const { positionals, terminal } = invocation;
      const [selector, ...more] = positionals;
      if (selector === undefined || more.length > 0) {
        const problem = selector === undefined ? 'Name the run to undo.' : 'Name one run at a time.';
        throw new EngineError({ code: 'arguments/invalid', problem, usage: `countersign undo ${usage}` });
      }
      const run = runBySelector(ledger, selector);
      const phase = phaseBySelector(run, selector);
      const stop = engine.listen(showEvents(terminal));
      try {
        showReturn(terminal, 'undo', await engine.undo(run, phase?.id ?? null));
        return exitCodes.done;
      } finally {
        stop();
      }
    }),
};

/** Where the branch is now, and what that means for landings and for other work. */
export function showReturn(terminal: Terminal, type: 'undo' | 'restore', returned: Returned): void {
  const { branch, from, to, kept, left, undone, landedAgain } = returned;
  const named = (landings: Returned['undone']) =>
    landings.map(({ runId, phaseId, landing }) => ({ runId, phaseId, commit: landing.commit }));
  const came = { undone: named(undone), landedAgain: named(landedAgain) };
  terminal.emit({ type, branch, from, to, kept, commitsLeft: left.length, ...came });
  for (const { phaseId, landing } of undone) terminal.print(`undone ${phaseId} ${landing.commit}`);
  for (const { phaseId, landing } of landedAgain) terminal.print(`landed again ${phaseId} ${landing.commit}`);
  terminal.print(`${branch.replace('refs/heads/', '')} is at ${to}`);
  terminal.print(`what it left stays under ${kept}`);
}
