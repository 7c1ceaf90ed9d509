/** Words too common in any text about software to tell one file from another. */
const common = new Set(
  (
    'the a an and or not of to in on for from with by as is are be been was were it its this that these those there ' +
    'when where which while then than so if else do does did done can could should would will must may might at into ' +
    'out up all any each no yes one two also only same such more most some other new use used using make makes made ' +
    'add adds added fix fixes fixed change changes changed update updates updated remove removes removed get set has ' +
    'have had but about after before between both over under we you they he she i me my our your their them us via'
  ).split(' '),
);

export function isCommon(word: string): boolean {
  return common.has(word);
}

/**
 * The words that a name is made of, lower-case and without their ending: `parseHTTPRequests` gives pars, http, request.
 * Parts of one letter and bare numbers are left out.
 */
export function splitWords(name: string): readonly string[] {
  const found: string[] = [];
  for (const part of partsOf(name)) {
    if (part.length < 2 || part.length > 40 || isNumber(part)) continue;
    const stem = stemOf(part.toLowerCase());
    if (!found.includes(stem)) found.push(stem);
  }
  // The name as a whole as well, for texts that write `filesystem` for `fileSystem`.
  if (found.length > 1 && found.length < 4) found.push(found.join(''));
  return found;
}

/** More than this are of repositories apart: it begins anew. */
const mostRemembered = 200_000;

/** `splitWords` that remembers: names and parts of paths come again and again. */
export function rememberingSplitter(): (name: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (name) => {
    let words = known.get(name);
    if (!words) {
      if (known.size >= mostRemembered) known.clear();
      words = splitWords(name);
      known.set(name, words);
    }
    return words;
  };
}

function isNumber(part: string): boolean {
  const code = part.charCodeAt(0);
  return code >= 48 && code <= 57 && /^\d+$/.test(part);
}

function partsOf(name: string): readonly string[] {
  const parts: string[] = [];
  let start = -1;
  let before: Kind = other;
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    if (code > 127) return partsOfAnyScript(name);
    const kind = kindOf(code);
    if (kind === other) {
      if (start >= 0) parts.push(name.slice(start, at));
      start = -1;
    } else if (start < 0) start = at;
    else if (kind === upper && before !== upper) {
      parts.push(name.slice(start, at));
      start = at;
    } else if (kind === lower && before === upper && at - 1 > start) {
      parts.push(name.slice(start, at - 1));
      start = at - 1;
    }
    before = kind;
  }
  if (start >= 0) parts.push(name.slice(start));
  return parts;
}

type Kind = 0 | 1 | 2 | 3;
const other = 0;
const lower = 1;
const upper = 2;
const digit = 3;

function kindOf(code: number): Kind {
  if (code >= 97 && code <= 122) return lower;
  if (code >= 65 && code <= 90) return upper;
  return code >= 48 && code <= 57 ? digit : other;
}

function partsOfAnyScript(name: string): readonly string[] {
  return name
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u);
}

/** Cuts the common endings of English words, so that `limits`, `limited` and `limiting` meet. */
export function stemOf(word: string): string {
  if (word.length <= 3) return word;
  let stem = word;
  if (stem.endsWith('ies') && stem.length > 4) stem = `${stem.slice(0, -3)}y`;
  else if (stem.endsWith('sses')) stem = stem.slice(0, -2);
  else if (stem.endsWith('s') && !/(ss|us|is)$/.test(stem)) stem = stem.slice(0, -1);
  for (const ending of [
    'ization',
    'ation',
    'ating',
    'ated',
    'ator',
    'ate',
    'ments',
    'ment',
    'ness',
    'ings',
    'ing',
    'ers',
    'ed',
    'er',
    'or',
    'ly',
  ]) {
    if (stem.endsWith(ending) && stem.length - ending.length >= 3) {
      stem = stem.slice(0, -ending.length);
      break;
    }
  }
  if (stem.length > 3 && stem.endsWith('e')) stem = stem.slice(0, -1);
  if (stem.length > 3 && /([b-df-hj-np-tv-z])\1$/.test(stem) && !/(ll|ss)$/.test(stem)) stem = stem.slice(0, -1);
  return stem;
}
