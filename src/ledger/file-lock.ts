import { randomUUID } from 'node:crypto';
import { linkSync, lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { EngineError } from '../domain/engine-error.ts';
import { formatOwner, livenessOf, thisProcess } from './owner.ts';

const waitMs = 30_000;
const pollMs = 10;
/** A lock of a process that cannot be asked whether it lives counts as left behind after this long. */
const strangerMs = 120_000;

/**
 * Does the work while no other process does its own under the same lock. The lock is a file that names its owner; one
 * of a dead process is taken over. Throws `repository/locked` after half a minute.
 */
export function withFileLock<Value>(lock: string, work: () => Value): Value {
  take(lock);
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string): void {
  const whole = `${lock}.${randomUUID()}`;
  writeFileSync(whole, formatOwner(thisProcess()), { flag: 'wx', mode: 0o600 });
  try {
    const deadline = Date.now() + waitMs;
    while (!placed(whole, lock)) {
      const owner = readIfThere(lock);
      if (owner !== null && isLeftBehind(lock, owner)) removeOwned(lock, owner);
      else if (Date.now() > deadline) throw new EngineError({ code: 'repository/locked', lock, holder: owner });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollMs);
    }
  } finally {
    rmSync(whole, { force: true });
  }
}

/** A link is made whole or not at all, so that nobody reads a lock half written. */
function placed(whole: string, lock: string): boolean {
  try {
    linkSync(whole, lock);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function isLeftBehind(lock: string, owner: string): boolean {
  const liveness = livenessOf(owner);
  if (liveness !== 'unknown') return liveness === 'dead';
  const status = lstatSync(lock, { throwIfNoEntry: false });
  return status !== undefined && Date.now() - status.mtimeMs > strangerMs;
}

/** Takes the lock away from that owner alone: by now another may have done so, and hold it. */
function removeOwned(lock: string, owner: string): void {
  const taken = `${lock}.${randomUUID()}`;
  try {
    renameSync(lock, taken);
  } catch {
    return;
  }
  if (readIfThere(taken) !== owner) placed(taken, lock);
  rmSync(taken, { force: true });
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
