/** Whether a new path can stand beside the known ones. Built once for a patch, when the first new path asks. */
export class PathClashes {
  private readonly known: ReadonlySet<string>;
  private folders: Set<string> | null = null;
  private folded: Map<string, string> | null = null;

  constructor(known: ReadonlySet<string>) {
    this.known = known;
  }

  /** Why `path` cannot be created; null where it can. `leaving` is the path that a rename gives up. */
  problem(path: string, leaving: string | null): string | null {
    if (this.known.has(path) && path !== leaving) return `\`${path}\` exists already.`;
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const folder = path.slice(0, slash);
      if (this.known.has(folder)) return `\`${folder}\` is a file, not a folder.`;
    }
    this.folders ??= foldersOf(this.known);
    if (this.folders.has(path)) return `\`${path}\` is a folder.`;
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

function foldersOf(paths: ReadonlySet<string>): Set<string> {
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
