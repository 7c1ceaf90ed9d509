import { z } from 'zod';
import { trimmedOutcome } from './command-outcome.ts';
import { defineTool } from './tool.ts';

/** Of the command; making the copy that it runs on comes before that. */
const commandSeconds = 10;

export const runShell = defineTool({
  name: 'run_shell',
  category: 'shell',
  description: `Run a shell command on a copy of the commit, sandboxed, without a network, for at most ${commandSeconds} s. Nothing it changes is kept.`,
  input: z.strictObject({ command: z.string().min(1).max(4_000) }),
  seconds: 120,
  async run({ command }, { task, powers }, signal) {
    const [outcome] = await powers.run(task, [{ command, seconds: commandSeconds }], signal);
    return outcome ? trimmedOutcome(outcome) : '';
  },
});
