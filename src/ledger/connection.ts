import type { SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { EngineError } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import { loadSqlite } from './load-sqlite.ts';

export type Row = Record<string, SQLOutputValue>;
export type Parameters = Record<string, SQLInputValue>;

export interface ConnectionOptions {
  /** NORMAL survives a killed process; FULL also survives a power cut, at the price of one disk flush a commit. */
  readonly synchronous: 'NORMAL' | 'FULL';
  readonly readOnly: boolean;
  /** How long a statement waits for another process's write. */
  readonly busyTimeoutMs: number;
}

/** One open database. Statements are prepared once. Faults of the file are thrown as `EngineError`. */
export interface Connection {
  readonly file: string;
  get(sql: string, parameters?: Parameters): Row | undefined;
  all(sql: string, parameters?: Parameters): Row[];
  /** Rows as lists of their columns, for the many: several times as fast to read as objects. */
  lists(sql: string, parameters?: Parameters): readonly (readonly SQLOutputValue[])[];
  iterate(sql: string, parameters?: Parameters): Iterable<Row>;
  /** Returns how many rows changed. */
  run(sql: string, parameters?: Parameters): number;
  /** Several statements without parameters. */
  execute(sql: string): void;
  /** All of it or nothing. Takes the write lock at once; inside another transaction it joins that one. */
  transaction<Value>(work: () => Value): Value;
  /** Writes a whole copy to a new file, a few pages at a time. */
  backUp(to: string): Promise<void>;
  close(): void;
}

/** Opens a file that is already known to be ours, or is new. */
export function openConnection(file: string, options: ConnectionOptions): Connection {
  const { DatabaseSync } = loadSqlite();
  const database = guarded(file, () => new DatabaseSync(file, { readOnly: options.readOnly, allowExtension: false }));
  const statements = new Map<string, StatementSync>();
  let inTransaction = false;

  const prepare = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  const lists = new Map<string, StatementSync>();
  const prepareLists = (sql: string): StatementSync => {
    const known = lists.get(sql);
    if (known) return known;
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    lists.set(sql, statement);
    return statement;
  };
  const connection: Connection = {
    file,
    get: (sql, parameters = {}) => guarded(file, () => prepare(sql).get(parameters)),
    all: (sql, parameters = {}) => guarded(file, () => prepare(sql).all(parameters)),
    lists: (sql, parameters = {}) =>
      guarded(file, () => prepareLists(sql).all(parameters) as unknown as SQLOutputValue[][]),
    iterate: (sql, parameters = {}) => guarded(file, () => prepare(sql).iterate(parameters)),
    run: (sql, parameters = {}) => guarded(file, () => Number(prepare(sql).run(parameters).changes)),
    execute: (sql) => guarded(file, () => database.exec(sql)),
    transaction(work) {
      if (inTransaction) return work();
      connection.run('BEGIN IMMEDIATE');
      inTransaction = true;
      try {
        const value = work();
        connection.run('COMMIT');
        return value;
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      } finally {
        inTransaction = false;
      }
    },
    async backUp(to) {
      await loadSqlite().backup(database, to);
    },
    close() {
      statements.clear();
      lists.clear();
      if (database.isOpen) database.close();
    },
  };
  // First, because any other statement may meet a process that is just closing the file.
  connection.execute(`PRAGMA busy_timeout = ${options.busyTimeoutMs}`);
  // A state directory may come with a repository: nothing that a foreign schema names may run, no page is believed.
  connection.execute('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0');
  connection.execute(`PRAGMA synchronous = ${options.synchronous}`);
  return connection;
}

const primaryCodes = { busy: 5, readOnly: 8, corrupt: 11, full: 13, notDatabase: 26 } as const;

function primaryCodeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode & 0xff;
}

/** True where the bytes of the file are not a sound database. */
export function isDamage(error: unknown): boolean {
  return error instanceof EngineError && error.fault.code === 'store/damaged';
}

function faultOfSqlite(file: string, error: unknown): Fault | null {
  switch (primaryCodeOf(error)) {
    case primaryCodes.corrupt:
    case primaryCodes.notDatabase:
      return { code: 'store/damaged', file, setAside: null };
    case primaryCodes.full:
      return { code: 'environment/disk-full', path: file };
    case primaryCodes.busy:
      return { code: 'repository/locked', lock: file, holder: null };
    default:
      return null;
  }
}

function guarded<Value>(file: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    const fault = faultOfSqlite(file, error);
    throw fault ? new EngineError(fault, error) : error;
  }
}
