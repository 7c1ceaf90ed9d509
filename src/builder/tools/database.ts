import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ToolProblem } from './tool.ts';

type Request =
  | { readonly type: 'ask'; readonly content: Buffer; readonly sql: string; readonly mostRows: number }
  | {
      readonly type: 'make';
      readonly table: string;
      readonly columns: readonly string[];
      readonly rows: readonly (readonly string[])[];
    };

interface Answer {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** The database that was made; empty otherwise. */
  readonly content: Buffer;
}

/**
 * A process of its own, which can be killed in the middle of a statement: SQLite works without a pause, and a query can
 * go on for ever.
 */
const program = `
const { DatabaseSync } = require('node:sqlite');
let text = '';
process.stdin.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => {
  try {
    const asked = JSON.parse(text);
    const quote = (name) => '"' + name.replaceAll('"', '""') + '"';
    const rows = [];
    const database = new DatabaseSync(asked.file, { readOnly: asked.type === 'ask', allowExtension: false });
    if (asked.type === 'ask') {
      const statement = database.prepare(asked.sql);
      statement.setReadBigInts(true);
      for (const row of statement.iterate()) {
        rows.push(row);
        if (rows.length > asked.mostRows) break;
      }
    } else {
      database.exec('CREATE TABLE ' + quote(asked.table) + ' (' + asked.columns.map(quote).join(', ') + ')');
      database.exec('BEGIN');
      const insert = database.prepare('INSERT INTO ' + quote(asked.table) + ' VALUES (' + asked.columns.map(() => '?').join(', ') + ')');
      const value = (cell) => cell === undefined || cell === '' ? null : /^-?(?:0|[1-9]\\d{0,14})(?:\\.\\d+)?$/.test(cell) ? Number(cell) : cell;
      for (const row of asked.rows) insert.run(...asked.columns.map((_, at) => value(row[at])));
      database.exec('COMMIT');
    }
    database.close();
    const plain = (_, cell) => typeof cell === 'bigint' ? (Number.isSafeInteger(Number(cell)) ? Number(cell) : String(cell)) : cell instanceof Uint8Array ? cell.length + ' bytes' : cell;
    process.stdout.write(JSON.stringify({ rows }, plain));
  } catch (error) {
    process.stdout.write(JSON.stringify({ problem: String(error.message) }));
  }
});
`;

const mostOutput = 4 * 1024 * 1024;

/** Asks or makes a database in a scratch folder that is gone afterwards. Throws `ToolProblem` with what SQLite says. */
export async function askDatabase(request: Request, signal: AbortSignal): Promise<Answer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'countersign-data-'));
  const file = path.join(folder, 'data.sqlite');
  try {
    if (request.type === 'ask') await writeFile(file, request.content, { mode: 0o600 });
    const { content: _, ...asked } = { content: null, ...request };
    const text = await runProgram(JSON.stringify({ ...asked, file }), signal);
    const answer = JSON.parse(text || '{"problem":"SQLite ended without an answer."}') as {
      readonly problem?: string;
      readonly rows?: Answer['rows'];
    };
    if (answer.problem !== undefined) throw new ToolProblem(`SQLite says: ${answer.problem}`);
    return { rows: answer.rows ?? [], content: request.type === 'make' ? await readFile(file) : Buffer.alloc(0) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runProgram(input: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    // Nothing of this process's environment: no keys, no options. Inside the editor, its own program acts as Node.
    const environment = { ELECTRON_RUN_AS_NODE: '1', NODE_NO_WARNINGS: '1' };
    const child = spawn(process.execPath, ['-e', program], { env: environment, stdio: ['pipe', 'pipe', 'ignore'] });
    const stop = () => child.kill('SIGKILL');
    let output = '';
    signal.addEventListener('abort', stop, { once: true });
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      output += part;
      if (output.length > mostOutput) stop();
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', () => {
      signal.removeEventListener('abort', stop);
      if (signal.aborted) reject(signal.reason);
      else if (output.length > mostOutput) reject(new ToolProblem('The answer is too large: ask for less.'));
      else resolve(output);
    });
  });
}
