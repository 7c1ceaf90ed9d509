import type { Rejection } from '../domain/fault.ts';
import type { FileIndex } from './file-index.ts';

const linesBefore = 4;
const linesAfter = 12;
const widest = 240;

/** A refusal with the file's real lines around the likeliest place: what the next attempt needs. */
export function rejectionOf(
  file: string,
  hunk: number | null,
  refusal: { readonly reason: string; readonly candidates: readonly number[]; readonly likeliest: number | null },
  index: FileIndex | null,
): Rejection {
  const { likeliest } = refusal;
  return {
    file,
    hunk,
    reason: refusal.reason,
    candidates: [...refusal.candidates],
    excerpt: index && likeliest !== null ? excerptOf(index.lines, likeliest) : null,
  };
}

/** The lines around a 0-based place, each behind its number. */
function excerptOf(lines: readonly string[], at: number): string | null {
  const from = Math.max(0, at - linesBefore);
  const to = Math.min(lines.length, at + linesAfter);
  if (from >= to) return null;
  const width = String(to).length;
  return lines
    .slice(from, to)
    .map((line, offset) => {
      const shown = line.length > widest ? `${line.slice(0, widest)}…` : line;
      return `${String(from + offset + 1).padStart(width)} | ${shown}`;
    })
    .join('\n');
}
