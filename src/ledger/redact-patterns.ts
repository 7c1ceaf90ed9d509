import { fail, ok, type Result } from '../domain/result.ts';

/**
 * A pattern of the user's own: a literal beginning of at least three characters, then parts that each take as many
 * characters as they can and give none back, so that no text can make it slow. Parts: a character, `[a-z0-9_]`,
 * `[^…]`, `\d`, `\w`, `\s`, `.`; each may be followed by `{n}`, `{n,m}`, `?`, `+` or `*` (both of which stop at 256).
 */
export interface SecretPattern {
  readonly prefix: string;
  readonly parts: readonly Part[];
}

interface Part {
  readonly accepts: RegExp;
  readonly least: number;
  readonly most: number;
}

const mostRepeats = 256;
const leastPrefix = 3;

const partSyntax = /(\[(?:\\[\s\S]|[^\]\\])+\]|\\[\s\S]|[^[\]{}?+*()|^$])(\{\d{1,3}(?:,\d{0,3})?\}|[?+*])?/y;

/** Reads a pattern; the fault says in one sentence what is wrong with it. */
export function readSecretPattern(source: string): Result<SecretPattern, string> {
  const parts: Part[] = [];
  let prefix = '';
  partSyntax.lastIndex = 0;
  for (let at = 0; at < source.length; at = partSyntax.lastIndex) {
    partSyntax.lastIndex = at;
    const match = partSyntax.exec(source);
    if (!match) return fail(`The pattern ${JSON.stringify(source)} cannot be read from character ${at + 1} on.`);
    const [, unit = '', quantifier] = match;
    const literal = literalOf(unit);
    if (literal !== null && quantifier === undefined && parts.length === 0) {
      prefix += literal;
      continue;
    }
    const accepts = acceptorOf(unit);
    const bounds = boundsOf(quantifier);
    if (!accepts || !bounds)
      return fail(`The pattern ${JSON.stringify(source)} has a part that cannot be read: ${match[0]}`);
    parts.push({ accepts, ...bounds });
  }
  if (prefix.length < leastPrefix) {
    return fail(`The pattern ${JSON.stringify(source)} must begin with ${leastPrefix} fixed characters.`);
  }
  return ok({ prefix, parts });
}

function literalOf(unit: string): string | null {
  if (unit.startsWith('[') || unit === '.') return null;
  if (!unit.startsWith('\\')) return unit;
  const escaped = unit.slice(1);
  return /[A-Za-z0-9]/.test(escaped) ? null : escaped;
}

function acceptorOf(unit: string): RegExp | null {
  const literal = literalOf(unit);
  if (literal !== null) return new RegExp(literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 's');
  if (unit.startsWith('\\') && !/^\\[dws]$/i.test(unit)) return null;
  try {
    return new RegExp(`^${unit}$`, 's');
  } catch {
    return null;
  }
}

function boundsOf(quantifier: string | undefined): Pick<Part, 'least' | 'most'> | null {
  if (quantifier === undefined) return { least: 1, most: 1 };
  if (quantifier === '?') return { least: 0, most: 1 };
  if (quantifier === '+' || quantifier === '*') return { least: quantifier === '+' ? 1 : 0, most: mostRepeats };
  const [least = '', most] = quantifier.slice(1, -1).split(',');
  const bounds = { least: Number(least), most: most === undefined ? Number(least) : Number(most || mostRepeats) };
  return bounds.least <= bounds.most && bounds.most <= mostRepeats ? bounds : null;
}

/** Start and end of every place where the pattern fits, in order and without overlap. */
export function placesOf(pattern: SecretPattern, text: string): (readonly [start: number, end: number])[] {
  const places: (readonly [number, number])[] = [];
  for (let start = text.indexOf(pattern.prefix); start !== -1; ) {
    const end = endOf(pattern, text, start + pattern.prefix.length);
    if (end !== null) places.push([start, end]);
    start = text.indexOf(pattern.prefix, end ?? start + 1);
  }
  return places;
}

function endOf({ parts }: SecretPattern, text: string, from: number): number | null {
  let at = from;
  for (const { accepts, least, most } of parts) {
    let taken = 0;
    while (taken < most && at < text.length && accepts.test(text.charAt(at))) {
      taken += 1;
      at += 1;
    }
    if (taken < least) return null;
  }
  return at;
}
