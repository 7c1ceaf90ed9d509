import type { Fault } from '../domain/fault.ts';
import type { Repair } from '../domain/patch.ts';
import type { Cursor } from './cursor.ts';
import type { FileSection } from './patch-set.ts';

/** Thrown inside the reader only; `readPatch` turns it into a `Result`. */
export class UnreadableError extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.code);
    this.fault = fault;
  }
}

export function truncated(detail: string): UnreadableError {
  return new UnreadableError({ code: 'patch/truncated', detail });
}

export function unreadable(detail: string): UnreadableError {
  return new UnreadableError({ code: 'patch/unreadable', detail });
}

/** What a reader has gathered so far. */
export interface Reading {
  readonly cursor: Cursor;
  readonly sections: FileSection[];
  readonly repairs: Repair[];
  /** The last path that stood alone on a line: the file that a fence or a block without headers speaks of. */
  label: string | null;
  /** The line that label stands on. */
  labelLine: number;
  /** The label in force when the last section was read: hunks under the same label go on with its file. */
  labelAtSection: string | null;
  hunkCount: number;
  /** The line behind what was read last. */
  readUntil: number;
  /** The last line that ends a Codex patch, -1 for none. */
  readonly lastCodexEnd: number;
  /** How many hunks and sections had been read when the open fence was opened. */
  readBeforeFence: number;
}

export function emptySection(envelope: FileSection['envelope']): FileSection {
  return {
    envelope,
    oldPath: undefined,
    newPath: undefined,
    gitPaths: null,
    renameFrom: null,
    renameTo: null,
    copied: false,
    oldMode: null,
    newMode: null,
    created: false,
    deleted: false,
    binary: false,
    hunks: [],
    content: null,
  };
}
