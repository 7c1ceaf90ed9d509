import { unescapeHtml } from './html-entities.ts';

/** A reply read anew, with what had been wrapped around every line of its patch taken off. */
interface Unwrapped {
  readonly inner: string;
  readonly detail: string;
}

const landmark =
  /(?:diff --git |--- \S|\+\+\+ \S|@@ |\*\*\* (?:Begin Patch|Update File|Add File|Delete File)|<{5,9} SEARCH)/;

/** The readings of a text that shows no patch as it stands; only one that then shows a patch is used. */
export function* unwrapCarriage(text: string): Generator<Unwrapped> {
  const prefixed = withoutPrefix(text);
  if (prefixed) yield prefixed;
  const json = fromJson(text);
  if (json !== null) yield { inner: json, detail: 'The patch stood inside a JSON string.' };
  if (text.length < 2_000_000 && text.includes('&lt;&lt;&lt;&lt;&lt;')) {
    yield { inner: unescapeHtml(text), detail: 'The patch stood with HTML entities.' };
  }
  if (/\\n(?:---|\+\+\+|@@|\*\*\*|<<<<<)/.test(text)) {
    const inner = unescapeBackslashes(text);
    if (inner !== null) yield { inner, detail: 'The patch stood with its line ends escaped.' };
  }
}

/** A quotation's `>`, a list item's or a code block's indentation before every line of the patch. */
function withoutPrefix(text: string): Unwrapped | null {
  const lines = text.split('\n');
  for (const line of lines) {
    const match = /^([ \t]*(?:>[ \t]?)+|[ \t]+)(?=\S)/.exec(line);
    const prefix = match?.[1];
    if (prefix === undefined || !landmark.test(line.slice(prefix.length, prefix.length + 40))) continue;
    if (line.slice(prefix.length).search(landmark) !== 0) continue;
    const bare = prefix.trimEnd();
    const inner = lines.map((each) => {
      if (each.startsWith(prefix)) return each.slice(prefix.length);
      const ended = each.trimEnd();
      if (ended === bare) return each.endsWith('\r') ? '\r' : '';
      return each;
    });
    const detail = prefix.includes('>') ? 'The patch stood inside a quotation.' : 'The whole patch was indented.';
    return { inner: inner.join('\n'), detail };
  }
  return null;
}

/** The string in a JSON reply that holds a patch. */
function fromJson(text: string): string | null {
  const fenced = /^\s*```(?:json)?\s*\n([\s\S]*)\n\s*```\s*$/.exec(text);
  const body = (fenced?.[1] ?? text).trim();
  if (!/^[{["]/.test(body)) return null;
  try {
    return longestPatch(JSON.parse(body), 0);
  } catch {
    return null;
  }
}

function longestPatch(value: unknown, depth: number): string | null {
  if (typeof value === 'string') return landmark.test(value) && value.includes('\n') ? value : null;
  if (typeof value !== 'object' || value === null || depth > 4) return null;
  const found = Object.values(value)
    .map((each) => longestPatch(each, depth + 1))
    .filter((each) => each !== null);
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** Reads `\n`, `\t`, `\"` and `\\` as JSON does. null where the text is no run of such escapes. */
function unescapeBackslashes(text: string): string | null {
  const body = text.trim().replace(/^"|"$/g, '');
  if (body.includes('\n')) return null;
  try {
    const parsed: unknown = JSON.parse(
      `"${body.replace(/(^|[^\\])((?:\\\\)*)"/g, '$1$2\\"').replaceAll('\t', '\\t')}"`,
    );
    return typeof parsed === 'string' ? parsed : null;
  } catch {
    return null;
  }
}
