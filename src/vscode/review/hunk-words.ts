import { localize } from '../../contract/words.ts';
import type { ShownHunk } from './reviewed-change.ts';

/** How a hunk stands, in one word or two; null while nobody touched it. */
export function stateOfHunk({ decision, edited }: Pick<ShownHunk, 'decision' | 'edited'>): string | null {
  if (decision === 'rejected') return localize('Rejected');
  if (edited) return localize('Edited by you');
  return decision === 'accepted' ? localize('Accepted') : null;
}

/** Such as `Hunk 2 of 8 · Accepted`. */
export function describeHunk(hunk: ShownHunk, total: number): string {
  const state = stateOfHunk(hunk);
  return localize('Hunk {0} of {1}{2}', hunk.ordinal, total, state === null ? '' : ` · ${state}`);
}
