import { fail, ok, type Result } from '../domain/result.ts';
import type { FileSection, PatchSet } from './patch-set.ts';

/**
 * The part of a canonical patch that a person chose: hunks by path, numbered from 1 within their file. A file that is
 * not named is left out whole; a section without hunks (a rename, an empty file) is its own hunk 1. Fails with
 * `arguments/invalid` where a file or a number is not in the patch.
 */
export function selectHunks(patchSet: PatchSet, chosen: ReadonlyMap<string, readonly number[]>): Result<PatchSet> {
  const sections = new Map(patchSet.sections.map((section) => [pathOf(section), section]));
  const kept: FileSection[] = [];
  for (const [path, numbers] of chosen) {
    const section = sections.get(path);
    if (!section) return notThere(`The change does not touch \`${path}\`.`);
    const count = Math.max(1, section.hunks.length);
    const missing = numbers.find((number) => number < 1 || number > count);
    if (missing !== undefined) return notThere(`\`${path}\` has no hunk ${missing}: it has ${count}.`);
    kept.push({ ...section, hunks: section.hunks.filter((_, index) => numbers.includes(index + 1)) });
  }
  return ok({ ...patchSet, sections: kept });
}

function pathOf(section: FileSection): string {
  const path = section.newPath ?? section.renameTo ?? section.oldPath ?? section.gitPaths?.new ?? '';
  return path.replace(/^[ab]\//, '');
}

function notThere(problem: string) {
  return fail({ code: 'arguments/invalid', problem, usage: null } as const);
}
