import { z } from 'zod';
import { artifactName, sourceBytes, sourceName } from './artifacts.ts';
import { askDatabase } from './database.ts';
import { readCsv } from './read-csv.ts';
import { defineTool, ToolProblem } from './tool.ts';

const mostRows = 50_000;
const mostColumns = 200;

export const importTable = defineTool({
  name: 'import_table',
  category: 'data',
  description: `Make a SQLite database out of a CSV file, its first row naming the columns, and keep it; at most ${mostRows} rows.`,
  input: z.strictObject({
    source: sourceName,
    table: z.string().regex(/^[A-Za-z_]\w{0,60}$/, 'must be a plain name'),
    keepAs: artifactName,
  }),
  seconds: 10,
  async run({ source, table, keepAs }, context, signal) {
    const rows = rowsOf(source, (await sourceBytes(context, source)).toString('utf8'));
    const [head = [], ...rest] = rows;
    if (head.length === 0 || head.length > mostColumns)
      throw new ToolProblem(`${source} names no columns, or too many.`);
    const columns = head.map((name, at) => name.trim() || `column${at + 1}`);
    const { content } = await askDatabase({ type: 'make', table, columns, rows: rest }, signal);
    context.powers.artifacts(context.task.scope.runId).put(keepAs, content);
    return `Kept as ${keepAs}: table ${table} with ${rest.length} rows, columns ${columns.join(', ')}.`;
  },
});

function rowsOf(source: string, text: string): readonly (readonly string[])[] {
  try {
    return readCsv(text, mostRows + 1);
  } catch (error) {
    throw new ToolProblem(`${source}: ${(error as Error).message}`);
  }
}
