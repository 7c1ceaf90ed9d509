import { z } from 'zod';
import { defineTool, ToolProblem } from './tool.ts';

const longestText = 200_000;

export const composeText = defineTool({
  name: 'compose_text',
  category: 'compose',
  description:
    'Fill a template: each {{name}} becomes the value of that name, or else the note or kept file so called.',
  input: z.strictObject({
    template: z.string().min(1).max(20_000),
    values: z.record(z.string(), z.string()).default({}),
  }),
  seconds: 10,
  async run({ template, values }, { powers, task }) {
    const { runId } = task.scope;
    const notes = await powers.notes(runId).all();
    const artifacts = powers.artifacts(runId);
    const text = template.replace(/\{\{\s*([\w.-]+)\s*\}\}/g, (_, name: string) => {
      const value = own(values, name) ?? own(notes, name) ?? artifacts.get(name)?.toString('utf8');
      if (value === undefined) throw new ToolProblem(`There is no value, note or kept file ${name}.`);
      return value;
    });
    if (text.length > longestText) throw new ToolProblem(`That would be ${text.length} characters.`);
    return text;
  },
});

function own(values: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
