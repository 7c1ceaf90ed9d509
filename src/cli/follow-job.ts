import type { JobHooks, TrainedJob } from '../compose/training/train-jobs.ts';
import { describeFault } from '../domain/describe-fault.ts';
import { type ExitCode, exitCodeOf, exitCodes } from '../domain/exit-code.ts';
import type { Fault } from '../domain/fault.ts';
import { askYesNo } from './ask.ts';
import type { Invocation } from './command.ts';
import { costText, createJobTeller } from './job-text.ts';

/** Shows a job while it is followed: a JSON object for each change, or a line for a person. */
export function jobHooks({ terminal, signal }: Invocation): JobHooks {
  const tell = createJobTeller();
  return {
    onCost(job, cost, data) {
      terminal.emit({ type: 'job-cost', job, cost, data });
      terminal.progress(`${job}: ${data.rows} rows, ${costText(cost)}`);
    },
    onStatus(_, status) {
      terminal.emit({ type: 'job-status', ...status });
      const line = tell(status);
      if (line !== null) terminal.progress(line);
    },
    mayCost: (cost) =>
      terminal.json
        ? Promise.resolve(null)
        : askYesNo(
            `Nothing caps this job: ${costText(cost)}. Train?`,
            { input: process.stdin, output: process.stderr },
            signal,
          ),
  };
}

/** Says how it ended, and returns the exit code for that. */
export function endOfJob({ terminal }: Invocation, { job, result }: TrainedJob): ExitCode {
  const { id, version, baseModel } = job.record;
  const fault = faultOfResult(id, baseModel, result);
  const exitCode = fault ? exitCodeOf(fault) : exitCodes.done;
  terminal.emit({ type: 'job-end', job: id, result, version, exitCode });
  if (result.type === 'succeeded') {
    terminal.print(`${version} is ${job.record.provider}/${result.trained.model}.`);
    terminal.print(
      `\`countersign models evaluate ${version}\` measures it; \`countersign models deploy ${version}\` serves it.`,
    );
  } else if (result.type === 'left') {
    terminal.warn(`${result.reason} \`countersign train resume ${id}\` takes it up again.`);
  } else if (result.type === 'stopped') {
    terminal.warn(result.reason);
  } else if (fault) {
    const { message, remedy } = describeFault(fault);
    terminal.warn(`${message}\n${remedy}`);
  }
  return exitCode;
}

function faultOfResult(job: string, base: string, result: TrainedJob['result']): Fault | null {
  switch (result.type) {
    case 'succeeded':
      return null;
    case 'stopped':
    case 'left':
      return { code: 'interrupted' };
    case 'failed':
      if (result.code === 'changed') return { code: 'training/changed', job, detail: result.reason };
      if (result.code === 'retired') return { code: 'training/retired', model: base, date: result.date ?? '' };
      return { code: 'training/failed', job, detail: result.reason };
  }
}
