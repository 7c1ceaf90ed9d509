/**
 * Whether a new path can stand beside the known ones. A file may give way to a folder, and a folder to a file, where
 * the patch takes away all that is in the way. Built once for a patch, when the first new path asks.
 */
export class PathClashes {
  private readonly known: ReadonlySet<string>;
  private readonly leaving: ReadonlySet<string>;
  private folders: Set<string> | null = null;
  private staying: Set<string> | null = null;
  private folded: Map<string, string> | null = null;

  /** `leaving` are the known paths that the patch deletes or renames. */
  constructor(known: ReadonlySet<string>, leaving: ReadonlySet<string>) {
    this.known = known;
    this.leaving = leaving;
  }

  /** Why `path` cannot be created; null where it can. `leaving` is the path that a rename gives up. */
  problem(path: string, leaving: string | null): string | null {
    if (this.known.has(path) && path !== leaving) return `\`${path}\` exists already.`;
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const folder = path.slice(0, slash);
      if (this.known.has(folder) && !this.leaving.has(folder)) return `\`${folder}\` is a file, not a folder.`;
    }
    this.staying ??= foldersOf([...this.known].filter((each) => !this.leaving.has(each)));
    if (this.staying.has(path)) return `\`${path}\` is a folder.`;
    this.folders ??= foldersOf(this.known);
    this.folded ??= new Map([...this.known, ...this.folders].map((each) => [fold(each), each]));
    return this.caseClash(path, leaving);
  }

  /** A path that differs from a known one in case only is the same file on many systems. */
  private caseClash(path: string, leaving: string | null): string | null {
    for (let slash = path.indexOf('/'); ; slash = path.indexOf('/', slash + 1)) {
      const part = slash < 0 ? path : path.slice(0, slash);
      const other = this.folded?.get(fold(part));
      if (other !== undefined && other !== part && other !== leaving && !this.folders?.has(part)) {
        return `\`${path}\` differs from \`${other}\` in case only.`;
      }
      if (slash < 0) return null;
    }
  }
}

function foldersOf(paths: Iterable<string>): Set<string> {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const folder = path.slice(0, slash);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return folders;
}

function fold(path: string): string {
  return path.normalize('NFC').toLowerCase();
}
