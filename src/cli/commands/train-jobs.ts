import { trainingJobs } from '../../compose/training/train-jobs.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import type { Command } from '../command.ts';
import { jobsLines } from '../job-text.ts';
import { withWorkspace } from '../workspace.ts';

export const trainJobs: Command = {
  name: 'train jobs',
  summary: 'List the training jobs, newest first, with what became of each.',
  usage: '',
  options: {},
  usesConfiguration: false,
  run: (invocation) =>
    withWorkspace(invocation, async (workspace) => {
      const { terminal } = invocation;
      const jobs = await trainingJobs(workspace, new Date());
      terminal.emit({ type: 'training-jobs', jobs });
      for (const line of jobsLines(jobs)) terminal.print(line);
      return exitCodes.done;
    }),
};
