import path from 'node:path';
import { archiveTrajectories } from '../../compose/training/archive-trajectories.ts';
import { plural } from '../../domain/describe-event.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { type Command, flagValue, textValue } from '../command.ts';
import { timeOf } from '../run-filter.ts';
import { withWorkspace } from '../workspace.ts';

const usage = '[--before TIME] [--out FOLDER] [--prune]';

export const trajectoriesArchive: Command = {
  name: 'trajectories archive',
  summary: 'Write what was kept into one folder for each hour, with checksums; --prune then takes the texts out here.',
  usage,
  options: { before: { type: 'string' }, out: { type: 'string' }, prune: { type: 'boolean' } },
  usesConfiguration: false,
  run: (invocation) => {
    const { terminal, directory, environment, signal } = invocation;
    const text = textValue(invocation, 'before');
    const before = text === null ? new Date().toISOString() : timeOf('before', text);
    const folder = path.resolve(directory, textValue(invocation, 'out') ?? 'countersign-archive');
    return withWorkspace(invocation, async (workspace) => {
      const request = { folder, before, prune: flagValue(invocation, 'prune') };
      const report = await archiveTrajectories(workspace, request, environment, signal);
      terminal.emit({ type: 'archive', folder, ...report });
      for (const { window, runs, before: wasThere } of report.archived) {
        terminal.print(`${window}  ${plural(runs, 'run', 'runs')}${wasThere ? ', there already, verified' : ''}`);
      }
      for (const { window, reason } of report.skipped) terminal.print(`${window}  left out: ${reason}`);
      if (report.archived.length === 0) terminal.print('No hour with runs had ended by then.');
      else terminal.print(`Wrote and verified ${folder}`);
      if (request.prune) terminal.print(`Texts of ${plural(report.pruned, 'run', 'runs')} taken out of the ledger`);
      return exitCodes.done;
    });
  },
};
