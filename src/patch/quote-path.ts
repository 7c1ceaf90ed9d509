const escapes: Record<number, string> = {
  7: 'a',
  8: 'b',
  9: 't',
  10: 'n',
  11: 'v',
  12: 'f',
  13: 'r',
  34: '"',
  92: '\\',
};

/** A path as git writes it in headers: C-quoted where it holds quotes, backslashes, control or non-ASCII characters. */
export function quotePath(path: string): string {
  if (/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(path)) return path;
  let quoted = '"';
  for (const byte of new TextEncoder().encode(path)) {
    const known = escapes[byte];
    if (known !== undefined) quoted += `\\${known}`;
    else if (byte < 32 || byte > 126) quoted += `\\${byte.toString(8).padStart(3, '0')}`;
    else quoted += String.fromCharCode(byte);
  }
  return `${quoted}"`;
}
