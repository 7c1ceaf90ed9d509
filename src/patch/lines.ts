/** A text cut at its line ends. Only LF and CR LF end a line; a lone CR, a form feed or U+2028 are content. */
export interface TextLines {
  readonly bom: boolean;
  /** Without their ends. An empty text has no lines. */
  readonly lines: readonly string[];
  /** The end of each line: '\n', '\r\n', or '' for a last line without one. */
  readonly ends: readonly string[];
  /** The end most lines have, `\n` where there is none. */
  readonly usualEnd: '\n' | '\r\n';
}

export function splitText(text: string): TextLines {
  const bom = text.charCodeAt(0) === 0xfeff;
  const lines: string[] = [];
  const ends: string[] = [];
  let crlf = 0;
  let at = bom ? 1 : 0;
  while (at < text.length) {
    const feed = text.indexOf('\n', at);
    if (feed < 0) {
      lines.push(text.slice(at));
      ends.push('');
      break;
    }
    const returned = feed > at && text.charCodeAt(feed - 1) === 13;
    lines.push(text.slice(at, returned ? feed - 1 : feed));
    ends.push(returned ? '\r\n' : '\n');
    if (returned) crlf += 1;
    at = feed + 1;
  }
  return { bom, lines, ends, usualEnd: crlf * 2 > lines.length ? '\r\n' : '\n' };
}

export function isBlank(line: string): boolean {
  return line.trim() === '';
}

/** The blanks a line begins with. */
export function indentOf(line: string): string {
  let at = 0;
  while (at < line.length && (line[at] === ' ' || line[at] === '\t')) at += 1;
  return line.slice(0, at);
}
