import type { Fence } from './landmarks.ts';

/** Where the reader stands in a reply. */
export interface Cursor {
  /** Lines without their ends, CR removed. */
  readonly lines: readonly string[];
  /** Which of them ended in CR LF. */
  readonly returned: readonly boolean[];
  at: number;
  /** The fence the cursor is inside of. */
  fence: Fence | null;
  /** Whether the text's very last line lacks its end, as it does when a reply was cut off. */
  readonly openEnd: boolean;
}

export function lineAt(cursor: Cursor, at: number): string {
  return cursor.lines[at] ?? '';
}
