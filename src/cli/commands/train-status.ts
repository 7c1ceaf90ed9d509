import { trainingJob } from '../../compose/training/train-jobs.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import type { Command } from '../command.ts';
import { jobLines } from '../job-text.ts';
import { withWorkspace } from '../workspace.ts';

export const trainStatus: Command = {
  name: 'train status',
  summary: 'Show how a training job stands, with its figures.',
  usage: '[JOB]',
  options: {},
  usesConfiguration: false,
  run: (invocation) =>
    withWorkspace(invocation, async (workspace) => {
      const { terminal, positionals } = invocation;
      const job = await trainingJob(workspace, positionals[0] ?? 'last', new Date());
      terminal.emit({ type: 'training-job', ...job });
      for (const line of jobLines(job)) terminal.print(line);
      return exitCodes.done;
    }),
};
