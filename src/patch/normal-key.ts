/** Characters that replies put in place of the ones a keyboard has. */
const lookAlikes: Record<string, string> = {
  '\u2018': "'",
  '\u2019': "'",
  '\u201a': "'",
  '\u201b': "'",
  '\u2032': "'",
  '\u00b4': "'",
  '\uff07': "'",
  '\u201c': '"',
  '\u201d': '"',
  '\u201e': '"',
  '\u201f': '"',
  '\u2033': '"',
  '\u00ab': '"',
  '\u00bb': '"',
  '\uff02': '"',
  '\u2010': '-',
  '\u2011': '-',
  '\u2012': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u2015': '-',
  '\u2212': '-',
  '\ufe63': '-',
  '\uff0d': '-',
  '\u2026': '...',
  '\uff08': '(',
  '\uff09': ')',
  '\uff0c': ',',
  '\uff1a': ':',
  '\uff1b': ';',
};
const folding = new RegExp(`[${Object.keys(lookAlikes).join('')}]`, 'g');
const spaces = /[\s\u200b\u2060\ufeff\u00ad]+/g;
const plain = /^[\x21-\x7e]*$/;

/** Typographic quotes, dashes and dots as a keyboard writes them. */
export function foldLookAlikes(text: string): string {
  return text.replace(folding, (character) => lookAlikes[character] ?? character);
}

/** What two lines share when they differ in blanks and typographic punctuation only. Empty for a blank line. */
export function normalKey(line: string): string {
  const packed = plain.test(line) ? line : line.replace(spaces, '');
  return plain.test(packed) ? packed : foldLookAlikes(packed);
}

const wordCharacter = /[\p{L}\p{N}_]/gu;

/** How much a line says about its place: 0.1 for a blank one, little for a bracket, 1 for words. */
export function lineWeight(key: string): number {
  if (key === '') return 0.1;
  const words = key.length > 40 ? 10 : (key.match(wordCharacter)?.length ?? 0);
  if (words === 0) return 0.25;
  return words < 4 ? 0.6 : 1;
}
