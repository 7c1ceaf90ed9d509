import { z } from 'zod';
import { trimmedOutcome } from './command-outcome.ts';
import { defineTool, ToolProblem } from './tool.ts';

export const runTests = defineTool({
  name: 'run_checks',
  category: 'tests',
  description: 'Run the checks of this phase on the commit as it is now, before your change, and see what they print.',
  input: z.strictObject({}),
  seconds: 600,
  async run(_, { spec, task, powers }, signal) {
    if (spec.verify.length === 0) throw new ToolProblem('This phase has no checks.');
    const outcomes = await powers.run(task, null, signal);
    return outcomes.map((outcome, at) => `${spec.verify[at]?.run}\n${trimmedOutcome(outcome)}`).join('\n\n');
  },
});
