import { localize, wholeNumber } from './words.ts';
/** A page shows so many characters of one text; the whole of it opens in an editor. */
export const mostShown = 200_000;

/** The text, or its beginning and end where it is too long to show. `cutFrom` is its whole length then. */
export function cutText(text: string, most = mostShown): { readonly text: string; readonly cutFrom: number | null } {
  if (text.length <= most) return { text, cutFrom: null };
  const half = Math.floor(most / 2);
  const left = text.length - 2 * half;
  const middle = localize('\n\n⋯ {0} characters are left out here ⋯\n\n', wholeNumber(left));
  return { text: text.slice(0, half) + middle + text.slice(-half), cutFrom: text.length };
}
