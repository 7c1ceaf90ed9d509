import { isMap, isNode, isScalar, isSeq, parseDocument, stringify, type YAMLMap, type YAMLSeq } from 'yaml';

/** One element of a list: as it stands in the text already, by its place there, or a new value. */
export type Element = { readonly at: number } | { readonly value: unknown };

/** A tier: what becomes of its phases where it stands in the text already, or a whole new one. */
export type TierElement = { readonly at: number; readonly phases: readonly Element[] } | { readonly value: unknown };

/** Part of a text; `to` is not in it. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * Sets the tiers and one key of a plan's text by replacing whole lines alone, so that everything else keeps its comments
 * and its style. Null where the lists are not written line by line.
 */
export function splicePlan(
  text: string,
  tiers: readonly TierElement[],
  key: readonly [name: string, value: string],
  lineWidth: number,
): string | null {
  const root = parseDocument(text).contents;
  const list = isMap(root) ? listAt(root, 'tiers') : null;
  if (!isMap(root) || !list) return null;
  const regions = regionsOf(text, list);
  const parts: string[] = [];
  for (const tier of tiers) {
    const part =
      'value' in tier
        ? inserted(tier.value, indentOf(text, regions[0]), lineWidth)
        : splicedTier(text, list.items[tier.at], regions[tier.at], tier.phases, lineWidth);
    if (part === null) return null;
    parts.push(part);
  }
  const [first, last] = [regions[0], regions.at(-1)];
  if (!first || !last) return null;
  return withKey(text.slice(0, first.from), root, key) + parts.join('') + text.slice(last.to);
}

function splicedTier(
  text: string,
  tier: unknown,
  region: Stretch | undefined,
  phases: readonly Element[],
  lineWidth: number,
): string | null {
  const list = isMap(tier) ? listAt(tier, 'phases') : null;
  if (!list || !region) return null;
  const regions = regionsOf(text, list);
  const [first, last] = [regions[0], regions.at(-1)];
  if (!first || !last) return null;
  const indent = indentOf(text, first);
  const parts = phases.map((phase) => {
    const own = 'at' in phase ? regions[phase.at] : undefined;
    return own ? text.slice(own.from, own.to) : inserted('value' in phase ? phase.value : null, indent, lineWidth);
  });
  return text.slice(region.from, first.from) + parts.join('') + text.slice(last.to, region.to);
}

/** A list below a key, if it is written with a line for each element. */
function listAt(map: YAMLMap, name: string): YAMLSeq | null {
  const value = map.get(name, true);
  return isSeq(value) && !value.flow && value.items.length > 0 ? value : null;
}

/** The lines of each element, with the comments above it. */
function regionsOf(text: string, { items, range }: YAMLSeq): readonly Stretch[] {
  let from = lineStart(text, range?.[0] ?? 0);
  // Comments above the first element stand between it and the list's key.
  while (from > 0 && /^\s*#/.test(text.slice(lineStart(text, from - 1), from))) from = lineStart(text, from - 1);
  return items.map((item) => {
    const to = lineEnd(text, trimmedEnd(text, isNode(item) ? (item.range?.[1] ?? from) : from));
    const region = { from, to };
    from = to;
    return region;
  });
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

function trimmedEnd(text: string, end: number): number {
  let at = end;
  while (at > 0 && /\s/.test(text[at - 1] as string)) at -= 1;
  return at;
}

function indentOf(text: string, region: Stretch | undefined): string {
  return region ? (/^( *)-/m.exec(text.slice(region.from, region.to))?.[1] ?? '') : '';
}

function inserted(value: unknown, indent: string, lineWidth: number): string {
  return stringify([value], { lineWidth })
    .split('\n')
    .map((line) => (line === '' ? line : indent + line))
    .join('\n');
}

/** The text up to the tiers, with the key in its place or above them. */
function withKey(head: string, root: YAMLMap, [name, value]: readonly [string, string]): string {
  const known = root.get(name, true);
  if (isScalar(known) && known.range && known.range[1] <= head.length) {
    return head.slice(0, known.range[0]) + value + head.slice(known.range[1]);
  }
  const pair = root.items.find(({ key }) => isScalar(key) && key.value === 'tiers');
  const at = isScalar(pair?.key) ? lineStart(head, pair.key.range?.[0] ?? head.length) : head.length;
  return `${head.slice(0, at)}${name}: ${value}\n${head.slice(at)}`;
}
