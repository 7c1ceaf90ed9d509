import { EngineError } from '../../domain/engine-error.ts';
import { type Command, flagValue } from '../command.ts';
import { controlIn, controlOptions } from '../control-run.ts';
import { runBySelector } from '../find-run.ts';
import { resumeRun } from '../resume-run.ts';
import { withWorkspace } from '../workspace.ts';

export const resume: Command = {
  name: 'resume',
  summary: 'Go on with a run where it was; one that is paused in another process goes on there.',
  usage: '[RUN] [--accept-changes] [--reason TEXT]',
  options: { 'accept-changes': { type: 'boolean' }, ...controlOptions },
  usesConfiguration: true,
  run: (invocation) =>
    withWorkspace(invocation, async (workspace) => {
      const { ledger } = workspace;
      const record = runBySelector(ledger, invocation.positionals[0] ?? 'last');
      if (!ledger.isRunLive(record.id)) {
        const acceptChanges = flagValue(invocation, 'accept-changes');
        return resumeRun(invocation, workspace, record, { acceptChanges });
      }
      if (record.state === 'paused') return controlIn(invocation, workspace, 'resume', 'run');
      throw new EngineError({ code: 'run/not-resumable', run: record.id, detail: 'it is running in another process.' });
    }),
};
