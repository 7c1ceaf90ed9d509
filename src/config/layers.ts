import { type Config, type ConfigOrigin, configSchema } from '../domain/config.ts';

/** One source of configuration: any part of it, as plain data that its schema has accepted. */
export interface Layer {
  readonly origin: ConfigOrigin;
  /** File it stands in, or null. */
  readonly file: string | null;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface Setting {
  /** Dotted, such as `budget.usd`. */
  readonly key: string;
  readonly value: unknown;
  readonly origin: ConfigOrigin;
  readonly file: string | null;
}

type Tree = Readonly<Record<string, unknown>>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Values below these keys belong together: a layer replaces the whole of one, never a part of it. */
const wholeBelow: readonly RegExp[] = [
  /^models\.providers\.[^.]+$/,
  /^models\.prices\..+$/,
  /^models\.formats\..+$/,
  /^models\.vision\..+$/,
  /^training\.backends\.[^.]+$/,
];

/** Every leaf of a layer with its dotted key. Lists count as one value. */
export function leavesOf(tree: Tree, prefix = ''): readonly (readonly [string, unknown])[] {
  return Object.entries(tree).flatMap(([name, value]) => {
    const key = prefix ? `${prefix}.${name}` : name;
    const whole = !isTree(value) || wholeBelow.some((pattern) => pattern.test(key));
    if (value === undefined) return [];
    return whole ? [[key, value] as const] : leavesOf(value, key);
  });
}

/** Sets a value at a path, making what is missing on the way. Names such as `__proto__` are plain names here. */
export function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) {
    Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
    return;
  }
  const child = Object.hasOwn(target, name) ? target[name] : undefined;
  const next = isTree(child) ? { ...child } : {};
  Object.defineProperty(target, name, { value: next, enumerable: true, writable: true, configurable: true });
  setAt(next, rest, value);
}

/** Splits a dotted key; names below these may contain dots themselves. */
function pathOf(key: string): readonly string[] {
  const named = /^(models)\.(providers|prices|formats|vision|profiles|categories)\.(.+)$/.exec(key);
  return named ? named.slice(1) : key.split('.');
}

export interface Merged {
  readonly config: Config;
  readonly settings: readonly Setting[];
}

/** Merges layers, strongest first, over the defaults, and tells where each value came from. */
export function mergeLayers(layers: readonly Layer[]): Merged {
  const chosen = new Map<string, Setting>();
  for (const { origin, file, values } of [...layers].reverse()) {
    for (const [key, value] of leavesOf(values)) chosen.set(key, { key, value, origin, file });
  }
  const tree: Record<string, unknown> = {};
  for (const { key, value } of chosen.values()) setAt(tree, pathOf(key), value);
  const config = configSchema.parse(tree);
  const settings = leavesOf(config).map(
    ([key, value]): Setting => chosen.get(key) ?? { key, value, origin: 'default', file: null },
  );
  return { config, settings: [...settings].sort((a, b) => a.key.localeCompare(b.key)) };
}
