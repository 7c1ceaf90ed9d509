import type { Command } from '../command.ts';
import { controlOptions, controlRun } from '../control-run.ts';

export const stop: Command = {
  name: 'stop',
  summary: 'Stop a run that is under way, in good order; `resume` goes on where it was.',
  usage: '[RUN] [--reason TEXT]',
  options: controlOptions,
  usesConfiguration: false,
  run: (invocation) => controlRun(invocation, 'stop', 'run'),
};
