import type { Command } from '../command.ts';
import { controlOptions, controlRun } from '../control-run.ts';

export const skip: Command = {
  name: 'skip',
  summary: 'Leave a phase of a run that is under way; without PHASE, those at work now.',
  usage: 'RUN[/PHASE] [--reason TEXT]',
  options: controlOptions,
  usesConfiguration: false,
  run: (invocation) => controlRun(invocation, 'skip', 'either'),
};
