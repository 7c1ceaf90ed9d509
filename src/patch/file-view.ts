import type { FileMode } from '../domain/patch.ts';

/** The files a patch is applied to, as a snapshot that does not change meanwhile. Paths are relative, with `/`. */
export interface FileView {
  /** Every path there is, links left out: also files that the patch does not touch. */
  readonly paths: ReadonlySet<string>;
  /** The text of a file; null where it is no text or was not loaded. Asked only for `neededPaths`. */
  read(path: string): string | null;
  /** Symbolic links, by path, with what they point to. Nothing is written to or through one. */
  readonly symlinks?: ReadonlyMap<string, string>;
  /** The mode of a known file. Without it every file counts as an ordinary one. */
  mode?(path: string): FileMode;
}

/** A view of files held in memory. */
export function viewOf(files: ReadonlyMap<string, string>, symlinks?: ReadonlyMap<string, string>): FileView {
  return {
    paths: new Set(files.keys()),
    read: (path) => files.get(path) ?? null,
    ...(symlinks ? { symlinks } : {}),
  };
}
