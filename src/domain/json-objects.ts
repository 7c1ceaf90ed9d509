/**
 * Outermost JSON objects of a text, in order: bare, fenced or with prose around them. Linear in the text: each
 * candidate ends where its braces balance.
 */
export function jsonObjectsIn(text: string): readonly unknown[] {
  const whole = parse(text.trim());
  if (whole !== undefined) return [whole];
  const found: unknown[] = [];
  for (let at = text.indexOf('{'); at !== -1; at = text.indexOf('{', at)) {
    const end = endOfObject(text, at);
    if (end === null) return found;
    const value = parse(text.slice(at, end));
    if (value !== undefined) found.push(value);
    at = end;
  }
  return found;
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Index behind the brace that closes the object starting at `start`, or null where it never closes. */
function endOfObject(text: string, start: number): number | null {
  let depth = 0;
  let inString = false;
  for (let index = start; index < text.length; index++) {
    const char = text[index];
    if (inString) {
      if (char === '\\') index++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return index + 1;
  }
  return null;
}
