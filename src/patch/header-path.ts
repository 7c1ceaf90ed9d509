import { limits } from './patch-set.ts';

const escapes: Record<string, number> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 34,
  '\\': 92,
};

/** Reads a C-quoted path as git writes it; bytes are UTF-8. null where the quoting is broken. */
function unquotePath(quoted: string): string | null {
  if (!quoted.startsWith('"') || !quoted.endsWith('"') || quoted.length < 2) return null;
  const inner = quoted.slice(1, -1);
  if (!inner.includes('\\')) return inner;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (let at = 0; at < inner.length; at += 1) {
    const character = inner[at] ?? '';
    if (character !== '\\') {
      const point = inner.codePointAt(at) ?? 0;
      bytes.push(...encoder.encode(String.fromCodePoint(point)));
      if (point > 0xffff) at += 1;
      continue;
    }
    const octal = /^[0-7]{3}/.exec(inner.slice(at + 1, at + 4));
    if (octal) {
      bytes.push(Number.parseInt(octal[0], 8) & 255);
      at += 3;
      continue;
    }
    const byte = escapes[inner[at + 1] ?? ''];
    if (byte === undefined) return null;
    bytes.push(byte);
    at += 1;
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

const timeStamp =
  /\s+\(?(?:\d{4}-\d{2}-\d{2}[ T]\d{1,2}:\d{2}\S*(?: [-+]\d{4})?|[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} .*\d{4})\)?\s*$/;
const remark =
  /\s+\((?:original|modified|new|old|new file|deleted|before|after|working copy|revision \d+|nonexistent)\)\s*$/i;

/** A path as it stands in a `---`, `+++` or `rename` line: null for `/dev/null`. */
export function readHeaderPath(written: string): string | null {
  if (written.length > limits.headerCharacters) return written.slice(0, limits.headerCharacters);
  let text = written;
  const quoted = /^\s*("(?:[^"\\]|\\.)*")/.exec(text);
  if (quoted) {
    const path = unquotePath(quoted[1] ?? '');
    if (path !== null) return path === '/dev/null' ? null : path;
  }
  const tab = text.indexOf('\t', Math.max(0, text.search(/\S/)));
  if (tab >= 0) text = text.slice(0, tab);
  text = text.replace(timeStamp, '').replace(remark, '').trimStart();
  const ticked = /^`([^`]+)`\s*$/.exec(text);
  if (ticked) text = ticked[1] ?? '';
  const bare = text.trim();
  if (bare === '/dev/null' || bare === 'dev/null' || bare === 'NUL') return null;
  return text;
}

/** Both paths of a `diff --git` line; null where it cannot be cut in two for certain. */
export function readGitPaths(line: string): { old: string; new: string } | null {
  const rest = line.slice('diff --git '.length);
  if (rest.length > limits.headerCharacters) return null;
  const quoted = /^("(?:[^"\\]|\\.)*"|\S+) ("(?:[^"\\]|\\.)*"|\S+)\s*$/.exec(rest);
  if (quoted) {
    const old = readHeaderPath(quoted[1] ?? '');
    const now = readHeaderPath(quoted[2] ?? '');
    return old !== null && now !== null ? { old, new: now } : null;
  }
  return splitUnquoted(rest);
}

/** Git leaves blanks in names unquoted: the cut is where both halves name the same file. */
function splitUnquoted(rest: string): { old: string; new: string } | null {
  for (let cut = rest.indexOf(' '); cut >= 0; cut = rest.indexOf(' ', cut + 1)) {
    const old = rest.slice(0, cut);
    const now = rest.slice(cut + 1);
    if (withoutFirstFolder(old) === withoutFirstFolder(now)) return { old, new: now };
  }
  return null;
}

function withoutFirstFolder(path: string): string {
  const slash = path.indexOf('/');
  return slash < 0 ? path : path.slice(slash + 1);
}
