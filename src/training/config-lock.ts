import { readFile, rename, writeFile } from 'node:fs/promises';

export interface LockDifference {
  /** Dotted path. */
  readonly field: string;
  readonly locked: unknown;
  readonly now: unknown;
}

/**
 * The first job of a folder writes what it was configured with; a later one must agree. Returns the differences, none
 * where they agree; the file is never changed by a mismatch.
 */
export async function checkLock(
  file: string,
  config: Readonly<Record<string, unknown>>,
): Promise<readonly LockDifference[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) {
    const scratch = `${file}.${process.pid}.new`;
    await writeFile(scratch, `${JSON.stringify(config, null, 2)}\n`);
    await rename(scratch, file);
    return [];
  }
  return differences(JSON.parse(text), config, '');
}

function differences(locked: unknown, now: unknown, field: string): readonly LockDifference[] {
  if (isRecord(locked) && isRecord(now)) {
    const keys = [...new Set([...Object.keys(locked), ...Object.keys(now)])].sort();
    return keys.flatMap((key) => differences(locked[key], now[key], field === '' ? key : `${field}.${key}`));
  }
  return JSON.stringify(locked) === JSON.stringify(now) ? [] : [{ field, locked, now }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
