import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { EngineError } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import { withFileLock } from '../ledger/file-lock.ts';

/**
 * A JSON file that several processes share. It is replaced whole, under a lock, and read against its schema each time:
 * a state directory may arrive with a repository. Both functions throw `store/damaged` where the folder or the file is
 * a link, or cannot be read as one of ours; `update` throws `repository/locked` where another process keeps the lock.
 */
export interface KeptFile<Value> {
  readonly file: string;
  /** `empty` where there is no file yet. */
  read(): Value;
  /** Returns what was written. */
  update(change: (value: Value) => Value): Value;
}

export function keptFile<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  empty: z.infer<Schema>,
): KeptFile<z.infer<Schema>> {
  const damaged = (cause?: unknown) => {
    const fault: Fault = { code: 'store/damaged', file, setAside: null };
    return new EngineError(fault, cause);
  };
  const read = (): z.infer<Schema> => {
    const status = lstatSync(file, { throwIfNoEntry: false });
    if (!status) return empty;
    if (!status.isFile()) throw damaged();
    try {
      return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch (error) {
      throw damaged(error);
    }
  };
  return {
    file,
    read,
    update(change) {
      const folder = path.dirname(file);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (!lstatSync(folder).isDirectory()) throw damaged();
      return withFileLock(`${file}.lock`, () => {
        const value = schema.parse(change(read()));
        replace(file, `${JSON.stringify(value, null, 2)}\n`);
        return value;
      });
    },
  };
}

/** Whoever reads sees the old text or the new one, never half of one; also after a power cut. */
function replace(file: string, text: string): void {
  const scratch = `${file}.${randomUUID()}`;
  try {
    const handle = openSync(scratch, 'wx', 0o600);
    try {
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(scratch, file);
  } finally {
    rmSync(scratch, { force: true });
  }
}
