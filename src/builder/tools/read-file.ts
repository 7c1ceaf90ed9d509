import { z } from 'zod';
import { defineTool } from './tool.ts';
import { textAt } from './visible-text.ts';

const mostLines = 400;

export const readFile = defineTool({
  name: 'read_file',
  category: 'read',
  description: `Read lines of a file as they are in the commit you work on, with line numbers; at most ${mostLines} at a time.`,
  input: z.strictObject({
    path: z.string().min(1).max(1_000),
    from: z.int().min(1).default(1).describe('First line, from 1.'),
    to: z.int().min(1).optional().describe('Last line; by default as many as there may be.'),
  }),
  seconds: 10,
  async run({ path, from, to }, context) {
    const lines = (await textAt(context, path)).split('\n');
    const last = Math.min(lines.length, to ?? Number.POSITIVE_INFINITY, from + mostLines - 1);
    const shown = lines.slice(from - 1, last).map((line, at) => `${from + at}  ${line}`);
    return `${path}, lines ${from} to ${Math.max(from, last)} of ${lines.length}\n${shown.join('\n')}`;
  },
});
