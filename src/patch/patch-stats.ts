import type { FileStat, Patch } from '../domain/patch.ts';

/** Lines added and removed in each file. The canonical patch has one section a file, in the order of `files`. */
export function statsOf(patch: Patch): FileStat[] {
  const sections = patch.text.split(/^(?=diff --git )/m);
  return patch.files.map(({ path }, position) => {
    const section = sections[position] ?? '';
    const hunks = section.slice(Math.max(0, section.search(/^@@ /m))).split('\n');
    const count = (sign: string) => hunks.filter((line) => line.startsWith(sign)).length;
    return section.includes('\n@@ ')
      ? { path, added: count('+'), removed: count('-') }
      : { path, added: 0, removed: 0 };
  });
}
