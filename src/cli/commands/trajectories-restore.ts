import path from 'node:path';
import { restoreTrajectories } from '../../compose/training/archive-trajectories.ts';
import { plural } from '../../domain/describe-event.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { type Command, flagValue } from '../command.ts';
import { withWorkspace } from '../workspace.ts';

export const trajectoriesRestore: Command = {
  name: 'trajectories restore',
  summary: 'Put the runs of an archive back, once everything in it was verified.',
  usage: 'FOLDER [--trust-archive]',
  options: { 'trust-archive': { type: 'boolean' } },
  usesConfiguration: false,
  run: (invocation) => {
    const { terminal, directory, environment, signal, positionals } = invocation;
    const [source, ...others] = positionals;
    if (source === undefined || others.length > 0) {
      const usage = 'countersign trajectories restore FOLDER [--trust-archive]';
      throw new EngineError({ code: 'arguments/invalid', problem: 'Name one archive.', usage });
    }
    return withWorkspace(invocation, async (workspace) => {
      const request = { source: path.resolve(directory, source), foreign: flagValue(invocation, 'trust-archive') };
      const report = await restoreTrajectories(workspace, request, environment, signal);
      terminal.emit({ type: 'restored', ...report });
      terminal.print(
        `${plural(report.restored.length, 'run', 'runs')} restored, ${report.present.length} were there already`,
      );
      return exitCodes.done;
    });
  },
};
