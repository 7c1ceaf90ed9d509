import path from 'node:path';
import { startTraining } from '../../compose/training/train-jobs.ts';
import { type Command, flagValue, textValue } from '../command.ts';
import { endOfJob, jobHooks } from '../follow-job.ts';
import { numberValue } from '../number-value.ts';
import { withWorkspace } from '../workspace.ts';

const usage = '[--backend NAME] [--data MANIFEST] [--size N] [--usd N] [--tokens N] [--force]';

export const trainStart: Command = {
  name: 'train start',
  summary: 'Train a model on what landed: through a fine-tuning API or by a program of your own.',
  usage,
  options: {
    backend: { type: 'string' },
    data: { type: 'string' },
    size: { type: 'string' },
    usd: { type: 'string' },
    tokens: { type: 'string' },
    force: { type: 'boolean' },
  },
  usesConfiguration: true,
  run: (invocation) => {
    const { directory, environment, signal } = invocation;
    const whole = `countersign train start ${usage}`;
    const data = textValue(invocation, 'data');
    const request = {
      backend: textValue(invocation, 'backend'),
      manifest: data === null ? null : path.resolve(directory, data),
      force: flagValue(invocation, 'force'),
      size: numberValue(invocation, 'size', { least: 1, most: 1e9, whole: true }, whole),
      usd: numberValue(invocation, 'usd', { least: 0, most: 1e6 }, whole),
      tokens: numberValue(invocation, 'tokens', { least: 0, most: 1e12, whole: true }, whole),
    };
    return withWorkspace(invocation, async (workspace) => {
      const trained = await startTraining(workspace, request, jobHooks(invocation), environment, signal);
      return endOfJob(invocation, trained);
    });
  },
};
