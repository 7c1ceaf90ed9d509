import { type Command, flagValue } from '../command.ts';
import { controlIn, controlOptions } from '../control-run.ts';
import { phaseBySelector, runBySelector } from '../find-run.ts';
import { raiseOf, raiseOptions, raiseUsage } from '../raise-cap.ts';
import { changedChoice, changedOptions, resumeRun } from '../resume-run.ts';
import { withWorkspace } from '../workspace.ts';

export const resume: Command = {
  name: 'resume',
  summary: 'Go on with a run where it was; one that is paused in another process goes on there.',
  usage: `[RUN[/PHASE]] ${raiseUsage} [--accept-changes | --keep-frozen] [--take-over] [--reason TEXT]`,
  options: { ...changedOptions, ...raiseOptions, 'take-over': { type: 'boolean' }, ...controlOptions },
  usesConfiguration: true,
  run: (invocation) =>
    withWorkspace(invocation, async (workspace) => {
      const { ledger } = workspace;
      const selector = invocation.positionals[0] ?? 'last';
      const record = runBySelector(ledger, selector);
      const raise = raiseOf(invocation, phaseBySelector(record, selector)?.id ?? null);
      const isPaused = record.state === 'paused' && ledger.isRunLive(record.id);
      if (isPaused && !raise) return controlIn(invocation, workspace, 'resume', 'run');
      // One that is under way elsewhere is refused with who has it.
      const takeOver = flagValue(invocation, 'take-over');
      return resumeRun(invocation, workspace, record, { ...changedChoice(invocation), raise, takeOver });
    }),
};
