import {
  chmodSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { EngineError } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import { type Connection, isDamage, openConnection } from './connection.ts';
import { formatOwner, livenessOf, thisProcess } from './owner.ts';
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

/** What a file is before anything of it is believed. */
type Finding = 'absent' | 'ours' | 'older' | 'newer' | 'damaged';

/**
 * Opens the ledger file, makes it where there is none, brings an older one up to date after a backup, and sets a
 * damaged or foreign one aside for a new one. Throws `environment/disk-full`, `repository/locked`.
 */
export function openStore(file: string, options: OpenStoreOptions): OpenStore {
  const migrations = options.migrations ?? shippedMigrations;
  const { busyTimeoutMs } = options;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const notices: Fault[] = [];
  let finding = examine(file, migrations, busyTimeoutMs);
  if (finding === 'damaged') {
    const setAside = setAsideUnderLock(file, () => examine(file, migrations, busyTimeoutMs));
    if (setAside) notices.push({ code: 'store/damaged', file, setAside });
    finding = examine(file, migrations, busyTimeoutMs);
  }
  if (finding === 'damaged') throw new EngineError({ code: 'store/damaged', file, setAside: null });
  const readOnly = finding === 'newer';
  if (finding === 'absent') makePrivate(file);
  const main = openConnection(file, { synchronous: 'NORMAL', readOnly, busyTimeoutMs });
  try {
    if (readOnly) {
      return { main, durable: main, newer: { code: 'store/newer', file, version: versionOf(main) }, notices };
    }
    prepareFile(main, migrations);
    return {
      main,
      durable: openConnection(file, { synchronous: 'FULL', readOnly, busyTimeoutMs }),
      newer: null,
      notices,
    };
  } catch (error) {
    main.close();
    throw error;
  }
}

function versionOf(connection: Connection): number {
  return Number(connection.get('PRAGMA user_version')?.user_version ?? 0);
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
    // Another process may have done it while this one waited for the lock.
    const version = versionOf(connection);
    for (const migration of migrations.slice(version)) connection.execute(migration);
    connection.execute(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}`);
  });
}

/** A whole copy beside the file, taken while others may read and write. */
function backUp(connection: Connection, version: number): void {
  const copy = `${connection.file}.v${version}.bak`;
  const part = `${copy}.${process.pid}.part`;
  rmSync(part, { force: true });
  connection.run('VACUUM INTO :part', { part });
  chmodSync(part, 0o600);
  renameSync(part, copy);
}

function examine(file: string, migrations: readonly string[], busyTimeoutMs: number): Finding {
  const status = lstatSync(file, { throwIfNoEntry: false });
  const companions = ['-wal', '-shm', '-journal'].map((suffix) => lstatSync(file + suffix, { throwIfNoEntry: false }));
  // A link, a pipe or a folder in the place of one of SQLite's files would take our writes elsewhere.
  if ([status, ...companions].some((entry) => entry && !entry.isFile())) return 'damaged';
  if (!status) return companions.some((entry) => entry) ? 'damaged' : 'absent';
  if (status.nlink > 1) return 'damaged';
  if (lstatSync(suspectMark(file), { throwIfNoEntry: false }))
    return isSound(file, busyTimeoutMs) ? passSuspect(file) : 'damaged';
  return examineContent(file, migrations, busyTimeoutMs);

  function passSuspect(path: string): Finding {
    rmSync(suspectMark(path), { force: true });
    return examineContent(path, migrations, busyTimeoutMs);
  }
}

/** Up to this size a file is checked page by page whenever it is opened; a larger one when there is reason to. */
const quickCheckBytes = 4 * 1_048_576;

function examineContent(file: string, migrations: readonly string[], busyTimeoutMs: number): Finding {
  let connection: Connection | null = null;
  try {
    connection = openConnection(file, { synchronous: 'NORMAL', readOnly: false, busyTimeoutMs });
    const version = versionOf(connection);
    const objects = connection.all('SELECT type, name, tbl_name, sql FROM sqlite_schema');
    if (version === 0 && objects.length === 0) return 'absent';
    if (Number(connection.get('PRAGMA application_id')?.application_id) !== applicationId) return 'damaged';
    if (version > migrations.length) return objects.every(isHarmless) ? 'newer' : 'damaged';
    if (fingerprintOf(objects) !== expectedFingerprint(migrations.slice(0, version))) return 'damaged';
    if (lstatSync(file).size <= quickCheckBytes && !passesCheck(connection)) return 'damaged';
    return version === migrations.length ? 'ours' : 'older';
  } catch (error) {
    if (isDamage(error)) return 'damaged';
    throw error;
  } finally {
    connection?.close();
  }
}

function isSound(file: string, busyTimeoutMs: number): boolean {
  let connection: Connection | null = null;
  try {
    connection = openConnection(file, { synchronous: 'NORMAL', readOnly: false, busyTimeoutMs });
    return passesCheck(connection);
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  } finally {
    connection?.close();
  }
}

function passesCheck(connection: Connection): boolean {
  return connection.all('PRAGMA quick_check(1)').every((row) => row.quick_check === 'ok');
}

type SchemaRow = ReturnType<Connection['all']>[number];

/** Reading such an object runs no expression that came with the file. */
function isHarmless(object: SchemaRow): boolean {
  const sql = String(object.sql ?? '');
  if (object.type === 'table') return !/^\s*CREATE\s+VIRTUAL/i.test(sql) && !/\bGENERATED\b|\bAS\s*\(/i.test(sql);
  return object.type === 'index';
}

function fingerprintOf(objects: readonly SchemaRow[]): string {
  return objects
    .map(({ type, name, tbl_name, sql }) => JSON.stringify([type, name, tbl_name, sql]))
    .sort()
    .join('\n');
}

function expectedFingerprint(migrations: readonly string[]): string {
  const model = openConnection(':memory:', { synchronous: 'NORMAL', readOnly: false, busyTimeoutMs: 0 });
  try {
    for (const migration of migrations) model.execute(migration);
    return fingerprintOf(model.all('SELECT type, name, tbl_name, sql FROM sqlite_schema'));
  } finally {
    model.close();
  }
}

function suspectMark(file: string): string {
  return `${file}.suspect`;
}

/** Has the next opening check every page, because this one met damage. */
export function markSuspect(file: string): void {
  try {
    writeFileSync(suspectMark(file), '', { flag: 'wx', mode: 0o600 });
  } catch {
    // It is marked already, or nothing can be written: then the damage shows again by itself.
  }
}

const lockWaitMs = 10_000;

/** Renames the file with its companions, unless another process has done it. Returns the new name. */
function setAsideUnderLock(file: string, examineAgain: () => Finding): string | null {
  const lock = `${file}.setting-aside`;
  takeLock(lock);
  try {
    if (examineAgain() !== 'damaged') return null;
    const aside = freeName(`${file}.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`);
    for (const suffix of ['', '-wal', '-shm', '-journal']) {
      if (lstatSync(file + suffix, { throwIfNoEntry: false })) renameSync(file + suffix, aside + suffix);
    }
    rmSync(suspectMark(file), { force: true });
    return aside;
  } finally {
    rmSync(lock, { force: true });
  }
}

function freeName(wanted: string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!lstatSync(name, { throwIfNoEntry: false })) return name;
  }
}

/** The lock is a file that tells its owner, linked into place whole; one of a dead process is taken over. */
function takeLock(lock: string): void {
  const part = `${lock}.${process.pid}.part`;
  rmSync(part, { force: true });
  writeFileSync(part, formatOwner(thisProcess()), { flag: 'wx', mode: 0o600 });
  try {
    for (const deadline = Date.now() + lockWaitMs; ; ) {
      try {
        linkSync(part, lock);
        return;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      }
      if (livenessOf(readIfThere(lock)) === 'dead') rmSync(lock, { force: true });
      else if (Date.now() > deadline) throw new EngineError({ code: 'repository/locked', lock, holder: null });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  } finally {
    rmSync(part, { force: true });
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
