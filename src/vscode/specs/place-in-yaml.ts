/** Where a position of a YAML text stands, told from indentation alone: while it is written it often cannot be parsed. */
export interface YamlPlace {
  /** Keys from the top down; `null` for any element of a list. */
  readonly path: readonly (string | null)[];
  /** The key at the position has its colon, and the position is behind it. */
  readonly inValue: boolean;
  /** What stands from the begin of the key or value to the position. */
  readonly prefix: string;
  /** Other keys of the same mapping. */
  readonly siblings: readonly string[];
  /** Columns of indentation of the mapping or value. */
  readonly indent: number;
}

interface Token {
  readonly indent: number;
  /** Null for the dash of a list. */
  readonly key: string | null;
  /** A literal or folded text follows. */
  readonly opensText: boolean;
}

const keyPattern = /^(?:"([^"]*)"|'([^']*)'|([^\s#'"&*!|>%@`[\]{}:-][^:#]*|-[^\s:#][^:#]*))\s*:(?=\s|$)/;

/** The dashes and the key that a line begins with, from left to right. */
function tokensOf(line: string): readonly Token[] {
  const tokens: Token[] = [];
  let indent = line.length - line.trimStart().length;
  let rest = line.trimStart();
  for (let dash = /^-(\s+|$)/.exec(rest); dash; dash = /^-(\s+|$)/.exec(rest)) {
    tokens.push({ indent, key: null, opensText: /^-\s*[|>][-+\d]*\s*$/.test(rest) });
    indent += dash[0].length;
    rest = rest.slice(dash[0].length);
  }
  const key = keyPattern.exec(rest);
  if (!key) return tokens;
  const name = (key[1] ?? key[2] ?? key[3] ?? '').trim();
  return [...tokens, { indent, key: name, opensText: /:\s*[|>][-+\d]*\s*(#.*)?$/.test(rest) }];
}

const isBlank = (line: string) => /^\s*(#.*)?$/.test(line);

/** Null inside a comment, a literal text or a flow collection, where there is nothing to offer. */
export function placeInYaml(lines: readonly string[], row: number, column: number): YamlPlace | null {
  const line = lines[row] ?? '';
  const before = line.slice(0, column);
  if (/(^|\s)#/.test(before)) return null;
  const own = tokensOf(line).filter(({ indent }) => indent < column || indent === 0);
  const last = own.at(-1);
  const key = last && last.key !== null ? last : null;
  const dashes = own.filter((token) => token.key === null);
  const afterDashes = /^\s*(?:-\s+)*/.exec(before)?.[0].length ?? 0;
  const inValue = key !== null && keyPattern.test(before.slice(afterDashes));
  const value = inValue ? before.slice(afterDashes).replace(keyPattern, '').trimStart() : before.slice(afterDashes);
  if (/[[{]/.test(value)) return null;
  const indent = key?.indent ?? afterDashes;
  const above = ancestors(lines, row, dashes[0]?.indent ?? indent, dashes.length > 0);
  if (above === null) return null;
  const path = [...above, ...dashes.map(() => null), ...(inValue && key ? [key.key] : [])];
  return { path, inValue, prefix: value, siblings: siblingsOf(lines, row, indent), indent };
}

/** Keys and dashes above a row that it belongs to; null where it belongs to a text. */
function ancestors(
  lines: readonly string[],
  row: number,
  indent: number,
  isItem: boolean,
): readonly (string | null)[] | null {
  const path: (string | null)[] = [];
  // An element of a list may stand as far left as the key of that list.
  let keysBelow = isItem ? indent + 1 : indent;
  let dashesBelow = indent;
  for (let above = row - 1; above >= 0 && keysBelow > 0; above -= 1) {
    const line = lines[above] ?? '';
    if (isBlank(line)) continue;
    for (const token of [...tokensOf(line)].reverse()) {
      const fits = token.key === null ? token.indent < dashesBelow : token.indent < keysBelow;
      if (!fits) continue;
      if (token.opensText) return null;
      path.unshift(token.key);
      keysBelow = token.key === null ? token.indent + 1 : token.indent;
      dashesBelow = token.indent;
    }
  }
  return path;
}

/** Keys at the same depth, up and down to where the mapping ends. */
function siblingsOf(lines: readonly string[], row: number, indent: number): readonly string[] {
  const keys: string[] = [];
  const look = (line: string, goesUp: boolean): boolean => {
    if (isBlank(line)) return true;
    const tokens = tokensOf(line);
    const start = tokens[0]?.indent ?? line.length - line.trimStart().length;
    const begins = tokens.some(({ key }) => key === null) && start < indent;
    if (start < indent && !(goesUp && begins)) return false;
    const key = tokens.find((token) => token.key !== null && token.indent === indent)?.key;
    if (key !== undefined && key !== null) keys.push(key);
    return !begins;
  };
  const startsItem = tokensOf(lines[row] ?? '').some((token) => token.key === null && token.indent < indent);
  for (let above = row - 1; !startsItem && above >= 0 && look(lines[above] ?? '', true); above -= 1);
  for (let below = row + 1; below < lines.length && look(lines[below] ?? '', false); below += 1);
  return keys;
}
