import { rememberingSplitter } from './words.ts';

/** More paths than this are of repositories apart: it begins anew. */
const mostRemembered = 100_000;

/** The words of a path, folders and file name alike. It remembers: paths are the same in commit after commit. */
export function rememberingPathWords(): (path: string) => readonly string[] {
  const split = rememberingSplitter();
  const known = new Map<string, readonly string[]>();
  return (path) => {
    let words = known.get(path);
    if (!words) {
      if (known.size >= mostRemembered) known.clear();
      words = path.split('/').flatMap((part) => split(withoutEnding(part)));
      known.set(path, words);
    }
    return words;
  };
}

export function withoutEnding(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}
