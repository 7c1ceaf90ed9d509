import type { Command } from '../command.ts';
import { controlOptions, controlRun } from '../control-run.ts';

export const pause: Command = {
  name: 'pause',
  summary: 'Pause a run that is under way: what is begun is finished, then it waits. `resume` goes on.',
  usage: '[RUN] [--reason TEXT]',
  options: controlOptions,
  usesConfiguration: false,
  run: (invocation) => controlRun(invocation, 'pause', 'run'),
};
