import fs from 'node:fs';
import path from 'node:path';
import type { FileChange } from '../../../src/domain/patch.ts';

export type Tree = Map<string, string>;

/** The files under a folder by their path, sorted; `.empty` only keeps a folder that has none. */
export function readTree(folder: string): Tree {
  const files = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== '.empty')
    .map((entry) => path.join(entry.parentPath, entry.name));
  return sorted(
    files.map((file) => [path.relative(folder, file).split(path.sep).join('/'), fs.readFileSync(file, 'utf8')]),
  );
}

export function sorted(entries: Iterable<[string, string]>): Tree {
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A tree with some changes made to it. */
export function changedFiles(before: ReadonlyMap<string, string>, changes: readonly FileChange[]): Tree {
  const after = new Map(before);
  for (const change of changes) {
    if (change.renamedFrom !== null) after.delete(change.renamedFrom);
    if (change.after === null) after.delete(change.path);
    else after.set(change.path, change.after);
  }
  return sorted(after);
}
