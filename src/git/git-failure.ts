import { statfsSync } from 'node:fs';
import type { Fault } from '../domain/fault.ts';
import type { Git } from './exec.ts';

/** Bytes. */
const littleSpace = 1024 * 1024;

/** What a failed git command means, as far as its own words tell. */
export function faultOfFailure(git: Git, words: readonly string[], exitCode: number | null, errors: string): Fault {
  if (isWriteFailure(git, errors)) return { code: 'environment/disk-full', path: git.directory };
  const lock = /Unable to create '([^']+\.lock)': File exists/.exec(errors)?.[1];
  if (lock) return { code: 'repository/locked', lock, holder: null };
  const command = words.find((word) => !word.startsWith('-')) ?? '';
  return { code: 'git/failed', command, exitCode, detail: shorten(errors) };
}

/** Git often says only that it could not write: with next to nothing left, that is why. */
function isWriteFailure(git: Git, errors: string): boolean {
  if (/No space left on device|Disk quota exceeded|Out of diskspace/.test(errors)) return true;
  if (!/unable to write|couldn't write|write error|failed to write|unable to create temporary/.test(errors))
    return false;
  try {
    const { bavail, bsize } = statfsSync(git.environment.GIT_DIR ?? git.directory);
    return bavail * bsize < littleSpace;
  } catch {
    return false;
  }
}

/** A failed file operation as a fault; anything but a full disk is rethrown by the caller. */
export function isDiskFull(error: unknown): boolean {
  return hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT');
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function shorten(errors: string): string {
  const lines = errors.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('hint:'));
  return lines.slice(-6).join(' ') || 'It said nothing.';
}
