import { z } from 'zod';
import { defineTool, ToolProblem } from './tool.ts';

const mostNotes = 40;
const longestNote = 4_000;
const noteName = z.string().regex(/^[\w.-]{1,60}$/, 'must be a plain name');

export const writeNote = defineTool({
  name: 'write_note',
  category: 'notes',
  description: 'Keep a note for the later phases of this run; one of the same name is replaced.',
  input: z.strictObject({ name: noteName, text: z.string().min(1).max(longestNote) }),
  seconds: 10,
  async run({ name, text }, { powers, task }) {
    const notes = powers.notes(task.scope.runId);
    const names = Object.keys(await notes.all());
    if (!names.includes(name) && names.length >= mostNotes)
      throw new ToolProblem(`There are ${mostNotes} notes already.`);
    await notes.write(name, text);
    return `Kept as ${name}.`;
  },
});

export const readNotes = defineTool({
  name: 'read_notes',
  category: 'notes',
  description: 'Read the notes that this and earlier phases of this run kept.',
  input: z.strictObject({}),
  seconds: 10,
  async run(_, { powers, task }) {
    const all = await powers.notes(task.scope.runId).all();
    return Object.entries(all)
      .map(([name, text]) => `${name}:\n${text}`)
      .join('\n\n');
  },
});
