import picomatch from 'picomatch';

interface PathScope {
  /** Globs; none at all allows every path. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** The paths that a phase's scope does not allow, in the order given. */
export function outOfScope(paths: readonly string[], scope: PathScope): string[] {
  const included = scope.include.length === 0 ? () => true : matching(scope.include);
  const excluded = scope.exclude.length === 0 ? () => false : matching(scope.exclude);
  return paths.filter((path) => !included(path) || excluded(path));
}

/** Tells whether a path matches one of these globs. A folder named without a glob means everything in it. */
export function matching(globs: readonly string[]): (path: string) => boolean {
  const widened = globs.flatMap((glob) => {
    const plain = glob.replace(/^\.\//, '').replace(/\/+$/, '');
    return /[*?[\]{}()!]/.test(plain) ? [plain] : [plain, `${plain}/**`];
  });
  return picomatch(widened, { dot: true, nonegate: true });
}
