import type { PatchFlag } from '../domain/patch.ts';

const bidi = /\p{Bidi_Control}/u;
const invisible = /[\u00ad\u180e\u200b-\u200d\u2060-\u2064\ufeff\u{e0000}-\u{e007f}]/u;
const latinLetter = /\p{Script=Latin}/u;
const likeLatin =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\uff21-\uff3a\uff41-\uff5a\u{1d400}-\u{1d7ff}]/u;
const word = /[\p{L}\p{N}_]+/gu;
const ascii = /^[\x20-\x7e\t]*$/;
const joined = /\p{Extended_Pictographic}\ufe0f?\u200d\p{Extended_Pictographic}/u;

function codePoint(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[0] ?? '';
  return `U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** What an added line hides from the eye: direction changes, invisible characters, letters that look like others. */
export function flagsOfLine(line: string, file: string, number: number): PatchFlag[] {
  if (ascii.test(line)) return [];
  const flags: PatchFlag[] = [];
  const flag = (kind: PatchFlag['kind'], detail: string): void => {
    flags.push({ kind, file, line: number, detail });
  };
  if (bidi.test(line))
    flag('bidi-control', `${codePoint(line, bidi)} changes the direction in which the line is shown.`);
  const withoutEmoji = line.replace(new RegExp(joined, 'gu'), '');
  if (invisible.test(withoutEmoji)) flag('zero-width', `${codePoint(withoutEmoji, invisible)} is not visible.`);
  const mixed = line
    .slice(0, 5_000)
    .match(word)
    ?.find((each) => latinLetter.test(each) && likeLatin.test(each));
  if (mixed)
    flag(
      'look-alike',
      `\`${mixed.slice(0, 60)}\` mixes letters of scripts that look alike (${codePoint(mixed, likeLatin)}).`,
    );
  return flags;
}
