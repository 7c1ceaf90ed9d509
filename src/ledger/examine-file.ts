import { lstatSync, rmSync, writeFileSync } from 'node:fs';
import { type Connection, isDamage, openConnection, type Row } from './connection.ts';
import { applicationId } from './schema.ts';

/** What a file is, before anything of it is believed. `damaged` is also what is not ours. */
export type Finding = 'absent' | 'ours' | 'older' | 'newer' | 'damaged';

/** Files that SQLite keeps beside the database. */
export const companionSuffixes = ['-wal', '-shm', '-journal'] as const;

export function versionOf(connection: Connection): number {
  return Number(connection.get('PRAGMA user_version')?.user_version ?? 0);
}

/** Looks at the file and its schema; runs nothing that came with it. Belongs under the lock of the file's opening. */
export function examineFile(file: string, migrations: readonly string[], busyTimeoutMs: number): Finding {
  const status = lstatSync(file, { throwIfNoEntry: false });
  const companions = companionSuffixes.map((suffix) => lstatSync(file + suffix, { throwIfNoEntry: false }));
  // A link, a pipe or a folder in the place of one of SQLite's files would take our writes elsewhere.
  if ([status, ...companions].some((entry) => entry && !entry.isFile())) return 'damaged';
  if (!status) return companions.some((entry) => entry) ? 'damaged' : 'absent';
  const suspect = lstatSync(suspectMark(file), { throwIfNoEntry: false }) !== undefined;
  const finding = examineContent(file, migrations, busyTimeoutMs, suspect || status.size <= quickCheckBytes);
  if (suspect && finding !== 'damaged') rmSync(suspectMark(file), { force: true });
  return finding;
}

/** Up to this size a file is checked page by page whenever it is opened; a larger one when there is reason to. */
const quickCheckBytes = 4 * 1_048_576;

function examineContent(
  file: string,
  migrations: readonly string[],
  busyTimeoutMs: number,
  everyPage: boolean,
): Finding {
  let connection: Connection | null = null;
  try {
    connection = openConnection(file, { synchronous: 'NORMAL', readOnly: false, busyTimeoutMs });
    const version = versionOf(connection);
    // Statistics that somebody had SQLite gather change nothing.
    const objects = connection.all(
      `SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT GLOB 'sqlite_stat*'`,
    );
    if (version === 0 && objects.length === 0) return 'absent';
    if (Number(connection.get('PRAGMA application_id')?.application_id) !== applicationId) return 'damaged';
    if (version > migrations.length) return objects.every(isHarmless) ? 'newer' : 'damaged';
    if (fingerprintOf(objects) !== expectedFingerprint(migrations.slice(0, version))) return 'damaged';
    if (everyPage && !passesCheck(connection)) return 'damaged';
    return version === migrations.length ? 'ours' : 'older';
  } catch (error) {
    if (isDamage(error)) return 'damaged';
    throw error;
  } finally {
    connection?.close();
  }
}

function passesCheck(connection: Connection): boolean {
  return connection.all('PRAGMA quick_check(1)').every((row) => row.quick_check === 'ok');
}

/** Reading such an object runs no expression that came with the file. */
function isHarmless(object: Row): boolean {
  const sql = String(object.sql ?? '');
  if (object.type === 'table') return !/^\s*CREATE\s+VIRTUAL/i.test(sql) && !/\bGENERATED\b|\bAS\s*\(/i.test(sql);
  return object.type === 'index';
}

function fingerprintOf(objects: readonly Row[]): string {
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

export function suspectMark(file: string): string {
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
