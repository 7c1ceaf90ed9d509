import { z } from 'zod';
import { sourceBytes, sourceName } from './artifacts.ts';
import { askDatabase } from './database.ts';
import { defineTool, ToolProblem } from './tool.ts';

const mostRows = 100;

export const queryDatabase = defineTool({
  name: 'query_database',
  category: 'data',
  description: `Ask a SQLite file one SELECT, read-only; at most ${mostRows} rows. SELECT * FROM sqlite_schema names its tables.`,
  input: z.strictObject({ source: sourceName, sql: z.string().min(1).max(10_000) }),
  seconds: 10,
  async run({ source, sql }, context, signal) {
    // Nothing else can name another file, load code or change anything.
    if (!/^\s*(?:select|with|values|explain)\b/i.test(sql)) {
      throw new ToolProblem('Only SELECT, WITH, VALUES and EXPLAIN may be asked.', { refused: true });
    }
    const file = await sourceBytes(context, source);
    if (file.toString('latin1', 0, 15) !== 'SQLite format 3') throw new ToolProblem(`${source} is no SQLite file.`);
    const { rows } = await askDatabase({ type: 'ask', content: file, sql, mostRows }, signal);
    const lines = rows.slice(0, mostRows).map((row) => JSON.stringify(row));
    if (rows.length > mostRows) lines.push(`… more than ${mostRows} rows; ask for fewer.`);
    return lines.join('\n');
  },
});
