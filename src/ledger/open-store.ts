import { randomUUID } from 'node:crypto';
import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Fault } from '../domain/fault.ts';
import { type Connection, openConnection } from './connection.ts';
import { companionSuffixes, examineFile, suspectMark, versionOf } from './examine-file.ts';
import { withFileLock } from './file-lock.ts';
import { applicationId, migrations as shippedMigrations } from './schema.ts';

export interface OpenStore {
  /** Events, calls and queries. */
  readonly main: Connection;
  /** Budget and landing rows: each commit is flushed to disk. */
  readonly durable: Connection;
  /** Set where a newer version wrote the file: it is read, never written. */
  readonly newer: Extract<Fault, { code: 'store/newer' }> | null;
  /** What was found and done on the way: a damaged or foreign file that was set aside. */
  readonly notices: readonly Fault[];
}

export interface OpenStoreOptions {
  readonly busyTimeoutMs: number;
  readonly migrations?: readonly string[];
}

/**
 * Opens the ledger file, makes it where there is none, brings an older one up to date after a backup, and sets a
 * damaged or foreign one aside for a new one. Throws `environment/disk-full`, `repository/locked`.
 */
export function openStore(file: string, options: OpenStoreOptions): OpenStore {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // SQLite cannot bear a file that is renamed while another process is about to open it.
  return withFileLock(`${file}.opening`, () => openUnderLock(file, options));
}

function openUnderLock(file: string, options: OpenStoreOptions): OpenStore {
  const { busyTimeoutMs, migrations = shippedMigrations } = options;
  const notices: Fault[] = [];
  let finding = examineFile(file, migrations, busyTimeoutMs);
  if (finding === 'damaged') {
    notices.push({ code: 'store/damaged', file, setAside: setAside(file) });
    finding = 'absent';
  }
  const readOnly = finding === 'newer';
  if (finding === 'absent') makePrivate(file);
  const main = openConnection(file, { synchronous: 'NORMAL', readOnly, busyTimeoutMs });
  try {
    if (readOnly) {
      return { main, durable: main, newer: { code: 'store/newer', file, version: versionOf(main) }, notices };
    }
    prepareFile(main, migrations);
    const durable = openConnection(file, { synchronous: 'FULL', readOnly, busyTimeoutMs });
    return { main, durable, newer: null, notices };
  } catch (error) {
    main.close();
    throw error;
  }
}

/** The file holds prompts and replies: it is for its owner alone. */
function makePrivate(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
}

function prepareFile(connection: Connection, migrations: readonly string[]): void {
  const before = versionOf(connection);
  if (before === 0) connection.execute('PRAGMA auto_vacuum = INCREMENTAL');
  connection.execute('PRAGMA journal_mode = WAL');
  if (before >= migrations.length) return;
  if (before > 0) backUp(connection, before);
  connection.transaction(() => {
    for (const migration of migrations.slice(before)) connection.execute(migration);
    connection.execute(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}`);
  });
}

/** A whole copy beside the file, taken while others may read and write. */
function backUp(connection: Connection, version: number): void {
  const copy = `${connection.file}.v${version}.bak`;
  const part = `${copy}.${randomUUID()}.part`;
  connection.run('VACUUM INTO :part', { part });
  chmodSync(part, 0o600);
  renameSync(part, copy);
}

/** Renames the file with its companions; nothing of it is lost. Returns the new name. */
function setAside(file: string): string {
  const aside = freeName(`${file}.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`);
  for (const suffix of ['', ...companionSuffixes]) {
    if (lstatSync(file + suffix, { throwIfNoEntry: false })) renameSync(file + suffix, aside + suffix);
  }
  rmSync(suspectMark(file), { force: true });
  return aside;
}

function freeName(wanted: string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!lstatSync(name, { throwIfNoEntry: false })) return name;
  }
}
