import type { FileView } from './file-view.ts';
import type { PatchSet } from './patch-set.ts';
import { resolveSection, usesPrefixes } from './resolve-paths.ts';

/** The known files that `applyPatch` will read for this patch: what a caller has to load. */
export function neededPaths(patchSet: PatchSet, allPaths: ReadonlySet<string>): string[] {
  const view: FileView = { paths: allPaths, read: () => null };
  const needed = new Set<string>();
  const prefixes = usesPrefixes(patchSet.sections);
  for (const section of patchSet.sections) {
    const { target } = resolveSection(section, view, prefixes);
    if (!target) continue;
    if ('from' in target) needed.add(target.from);
    if (allPaths.has(target.path)) needed.add(target.path);
  }
  return [...needed];
}
