import { controlTraining, resumeTraining, trainingJob } from '../../compose/training/train-jobs.ts';
import type { Workspace } from '../../compose.ts';
import { type Control, describeControl } from '../../domain/control.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { type ExitCode, exitCodes } from '../../domain/exit-code.ts';
import { type Command, type Invocation, textValue } from '../command.ts';
import { controlOptions } from '../control-run.ts';
import { endOfJob, jobHooks } from '../follow-job.ts';
import { withWorkspace } from '../workspace.ts';

type JobControl = Extract<Control, 'pause' | 'resume' | 'stop'>;

const usage = '[JOB] [--reason TEXT]';

/** Asks something of the process that follows the job. */
async function control(invocation: Invocation, workspace: Workspace, type: JobControl): Promise<ExitCode> {
  const { terminal, positionals } = invocation;
  const reason = textValue(invocation, 'reason')?.trim() || null;
  const { job, takenUp } = await controlTraining(workspace, positionals[0] ?? 'last', { type, reason });
  if (!takenUp) throw new EngineError({ code: 'run/no-answer', run: job, seconds: 10 });
  terminal.emit({ type: 'job-control', job, control: type, reason });
  terminal.print(`${job}: ${describeControl({ type, reason })}`);
  return exitCodes.done;
}

function commandOf(type: JobControl, summary: string, run: typeof control): Command {
  return {
    name: `train ${type}`,
    summary,
    usage,
    options: controlOptions,
    usesConfiguration: type === 'resume',
    run: (invocation) => withWorkspace(invocation, (workspace) => run(invocation, workspace, type)),
  };
}

export const trainPause = commandOf(
  'pause',
  'Pause a training job that is under way, where its back end can.',
  control,
);

export const trainStop = commandOf(
  'stop',
  'Stop a training job that is under way; what it made so far is not kept.',
  control,
);

/** Of a job that a process follows it ends a pause; one that nobody follows is taken up again, here. */
export const trainResume = commandOf(
  'resume',
  'Go on with a training job that is paused, or that nobody follows any more.',
  async (invocation, workspace, type) => {
    const selector = invocation.positionals[0] ?? 'last';
    if ((await trainingJob(workspace, selector, new Date())).followed) return control(invocation, workspace, type);
    const { environment, signal } = invocation;
    return endOfJob(invocation, await resumeTraining(workspace, selector, jobHooks(invocation), environment, signal));
  },
);
