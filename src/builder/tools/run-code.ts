import { z } from 'zod';
import { trimmedOutcome } from './command-outcome.ts';
import { defineTool } from './tool.ts';

const commandSeconds = 10;

const starters = {
  javascript: (code: string) => `node --input-type=module --eval ${quoted(code)}`,
  python: (code: string) => `python3 -c ${quoted(code)}`,
} as const;

export const runCode = defineTool({
  name: 'run_code',
  category: 'code',
  description: `Run a snippet of JavaScript or Python in the sandbox, on a copy of the commit, for at most ${commandSeconds} s, and see what it prints.`,
  input: z.strictObject({ language: z.enum(['javascript', 'python']), code: z.string().min(1).max(20_000) }),
  seconds: 120,
  async run({ language, code }, { task, powers }, signal) {
    const [outcome] = await powers.run(task, [{ command: starters[language](code), seconds: commandSeconds }], signal);
    return outcome ? trimmedOutcome(outcome) : '';
  },
});

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
