const introduction =
  /^(?:(?:new |updated |modified |full |complete )?(?:file|path|filename)(?: ?name| ?path)?|create|update|modify|edit|in)\s*:?\s+(?=\S)/i;

const tagPattern = /^\s*<(path|file|file_path|filepath|filename|file_name)>\s*([^<>]+?)\s*<\/\1>\s*$/i;
const attributePattern = /^\s*<[\w:-]+[^<>]*\s(path|file|file_path|filepath|filename|name)="([^"<>]+)"[^<>]*>\s*$/i;

function undecorated(line: string): string {
  let text = line.trim().replace(/^(?:#{1,6}|[-*]|\d+[.)]|>)\s+/, '');
  text = text.replace(/:\s*$/, '').trim();
  for (const pattern of [/^\*\*(.+)\*\*:?$/, /^__(.+)__:?$/, /^`([^`]+)`:?$/, /^"([^"]+)"$/, /^\[([^\]]+)\]$/]) {
    const inner = pattern.exec(text);
    if (inner) text = (inner[1] ?? '').trim().replace(/:$/, '');
  }
  const introduced = text.replace(introduction, '');
  if (introduced !== text) return undecorated(introduced);
  return text;
}

/** Whether `text` can be nothing but a path: no blanks, and a folder or an extension in it. */
function looksLikePath(text: string): boolean {
  if (text === '' || text.length > 400 || /[\s`*"'<>|?]/.test(text) || /^[a-z]+:\/\//i.test(text)) return false;
  if (/^(?:---|\+\+\+|@@|\.+$)/.test(text) || /[,;(){}=]/.test(text.replace(/\([\w.-]+\)|\[[\w.-]+\]/g, '')))
    return false;
  return (
    text.includes('/') ||
    /[\w-]\.[A-Za-z0-9]{1,12}$/.test(text) ||
    /^\.[a-z][\w.-]+$/i.test(text) ||
    /^[A-Z][a-z]+file$/.test(text)
  );
}

/** The path that is all a line says, decoration aside: how replies head a fence. null where it says more. */
export function readLabel(line: string): string | null {
  if (line.length > 500) return null;
  const tagged = tagPattern.exec(line) ?? attributePattern.exec(line);
  if (tagged) return looksLikePath(tagged[2] ?? '') ? (tagged[2] ?? null) : null;
  const text = undecorated(line);
  return looksLikePath(text) ? text : null;
}

/** The path in a fence's info string: `ts src/a.ts`, `ts:src/a.ts`, `path=src/a.ts`, `title="src/a.ts"`. */
export function readInfoPath(info: string): string | null {
  const keyed = /(?:path|file|filename|title|name)\s*=\s*(?:"([^"]+)"|'([^']+)'|(\S+))/.exec(info);
  const named = keyed ? (keyed[1] ?? keyed[2] ?? keyed[3] ?? '') : null;
  if (named !== null) return looksLikePath(named) ? named : null;
  const words = info.split(/\s+/);
  const last = words.at(-1) ?? '';
  if (words.length === 2 && looksLikePath(last)) return last;
  const colon = /^[\w+#-]+:(\S+)$/.exec(info);
  if (colon && looksLikePath(colon[1] ?? '')) return colon[1] ?? null;
  return words.length === 1 && info.includes('/') && looksLikePath(info) ? info : null;
}
