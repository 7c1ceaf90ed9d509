import type { ShownHunk } from './reviewed-change.ts';

/** How a hunk stands, in one word or two; null while nobody touched it. */
export function stateOfHunk({ decision, edited }: Pick<ShownHunk, 'decision' | 'edited'>): string | null {
  if (decision === 'rejected') return 'Rejected';
  if (edited) return 'Edited by you';
  return decision === 'accepted' ? 'Accepted' : null;
}

/** Such as `Hunk 2 of 8 · Accepted`. */
export function describeHunk(hunk: ShownHunk, total: number): string {
  const state = stateOfHunk(hunk);
  return `Hunk ${hunk.ordinal} of ${total}${state === null ? '' : ` · ${state}`}`;
}
