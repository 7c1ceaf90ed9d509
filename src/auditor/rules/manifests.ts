import { z } from 'zod';
import type { RuleMaterial } from './rule.ts';

/** One dependency as a manifest names it. */
export interface Dependency {
  readonly manifest: string;
  readonly name: string;
  /** Version range or address, as written. */
  readonly wanted: string;
  /** 1-based line in the proposed manifest; null where it cannot be told. */
  readonly line: number | null;
}

const packageSchema = z.looseObject({
  scripts: z.record(z.string(), z.string()).catch({}).default({}),
  dependencies: z.record(z.string(), z.string()).catch({}).default({}),
  devDependencies: z.record(z.string(), z.string()).catch({}).default({}),
  optionalDependencies: z.record(z.string(), z.string()).catch({}).default({}),
  peerDependencies: z.record(z.string(), z.string()).catch({}).default({}),
});
export type PackageManifest = z.infer<typeof packageSchema>;

export function readPackage(text: string | undefined): PackageManifest | null {
  const read = packageSchema.safeParse(parseJson(text));
  return read.success ? read.data : null;
}

const lockSchema = z.looseObject({
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      // Old packages write an object or a list here.
      license: z.unknown().optional(),
      hasInstallScript: z.boolean().optional(),
      link: z.boolean().optional(),
    }),
  ),
});
export type LockedPackages = z.infer<typeof lockSchema>['packages'];

/** The packages of a package-lock.json from version 2 on; null for anything else. */
export function readLock(text: string | undefined): LockedPackages | null {
  const read = lockSchema.safeParse(parseJson(text));
  return read.success ? read.data.packages : null;
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function lineOf(text: string | undefined, pattern: string): number | null {
  const at = (text ?? '').split('\n').findIndex((line) => line.includes(pattern));
  return at < 0 ? null : at + 1;
}

/** Dependencies that the proposal names and the base does not, by manifest. */
export function newDependencies(material: RuleMaterial): readonly Dependency[] {
  return material.diff.flatMap((file) => {
    if (file.status === 'deleted') return [];
    const name = file.path.slice(file.path.lastIndexOf('/') + 1);
    const [before, after] = [material.before.get(file.renamedFrom ?? file.path), material.after.get(file.path)];
    const namesOf = readers.find(({ files }) => files.test(name))?.read;
    if (!namesOf || after === undefined) return [];
    const known = namesOf(before ?? '');
    return [...namesOf(after)]
      .filter(([dependency]) => !known.has(dependency))
      .map(([dependency, wanted]) => ({
        manifest: file.path,
        name: dependency,
        wanted,
        line: lineOf(after, name === 'package.json' ? `"${dependency}"` : dependency),
      }));
  });
}

type NamesOf = (text: string) => ReadonlyMap<string, string>;

const readers: readonly { readonly files: RegExp; readonly read: NamesOf }[] = [
  { files: /^package\.json$/, read: fromPackage },
  { files: /^(?:requirements[^/]*|constraints)\.txt$/, read: fromRequirements },
  { files: /^go\.mod$/, read: fromGoMod },
  { files: /^(?:Cargo|pyproject)\.toml$/, read: fromToml },
];

function fromPackage(text: string): ReadonlyMap<string, string> {
  const found = readPackage(text);
  if (!found) return new Map();
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = found;
  return new Map(Object.entries({ ...peerDependencies, ...devDependencies, ...optionalDependencies, ...dependencies }));
}

function fromRequirements(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').map((line) => line.replace(/(?:^|\s)#.*$/, '').trim());
  return new Map(
    lines.flatMap((line) => {
      const match = /^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*(.*)$/.exec(line);
      if (match) return [[(match[1] as string).toLowerCase(), match[2] as string] as const];
      return /^(?:git\+|https?:)/.test(line) ? [[line, line] as const] : [];
    }),
  );
}

function fromGoMod(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(/^(?:require\s+|\t)([\w.~/-]+\.[\w.~/-]+)\s+(v\S+)(?!.*\/\/ indirect)/gm)].map((match) => [
      match[1] as string,
      match[2] as string,
    ]),
  );
}

/** Tables of Cargo.toml and pyproject.toml that name dependencies, and the list `dependencies = […]` of the latter. */
function fromToml(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let table = '';
  let inList = false;
  for (const line of text.split('\n')) {
    const header = /^\s*\[+([^\]]+)\]+/.exec(line);
    if (header && !inList) table = header[1] as string;
    else if (/dependencies(?:$|\.)/.test(table)) {
      const entry = /^\s*"?([A-Za-z0-9_.-]+)"?\s*=\s*(.+)$/.exec(line);
      if (entry && entry[1] !== 'python') found.set(entry[1] as string, entry[2] as string);
    } else if (table === 'project') {
      if (/^\s*dependencies\s*=\s*\[/.test(line)) inList = true;
      if (inList) {
        for (const match of line.matchAll(/["']([A-Za-z0-9][A-Za-z0-9._-]*)([^"']*)["']/g)) {
          found.set(match[1] as string, (match[2] as string).trim());
        }
        if (/\]\s*(?:#.*)?$/.test(line)) inList = false;
      }
    }
  }
  return found;
}
