import type { Spoken } from './dialect.ts';
import { foldLookAlikes, normalKey } from './normal-key.ts';
import type { HunkLine } from './patch-set.ts';

/** Characters that editors and channels put in place of others, by what they stand for. */
const families = {
  quotes: /[\u2018-\u201f\u2032\u2033\u00b4\u00ab\u00bb\uff02\uff07]/g,
  dashes: /[\u2010-\u2015\u2212\ufe63\uff0d]/g,
  dots: /\u2026/g,
  spaces: /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g,
  invisible: /[\u200b\u2060\ufeff\u00ad]/g,
} as const;
type Family = keyof typeof families;

const names = Object.keys(families) as Family[];
const ascii = /^[\t\x20-\x7e]*$/;

function plain(family: Family, text: string): string {
  if (family === 'spaces') return text.replace(families.spaces, ' ');
  if (family === 'invisible') return text.replace(families.invisible, '');
  return text.replace(families[family], foldLookAlikes);
}

/**
 * Which families of characters a patch has where the files have plain ones, with no line that keeps them: its added
 * lines came through the same channel. null where there is none.
 */
export function plainTypography(spoken: readonly Spoken[]): ((line: HunkLine) => string) | null {
  const proven = new Set<Family>();
  const kept = new Set<Family>();
  for (const { hunks, file } of spoken) {
    if (!file) continue;
    for (const line of hunks.flatMap((hunk) => hunk.lines)) {
      if (line.sign === '+' || ascii.test(line.text)) continue;
      const place = file.normal.get(normalKey(line.text))?.[0];
      if (place === undefined) continue;
      for (const name of names) {
        if (plain(name, line.text) === line.text) continue;
        if (plain(name, file.lines[place]!) === file.lines[place]) proven.add(name);
        else kept.add(name);
      }
    }
  }
  const damaged = names.filter((name) => proven.has(name) && !kept.has(name));
  if (damaged.length === 0) return null;
  return (line) => (ascii.test(line.text) ? line.text : damaged.reduce((text, name) => plain(name, text), line.text));
}
