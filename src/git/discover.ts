import { lstat, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { EngineError, faultOf } from '../domain/engine-error.ts';
import { type Git, gitText, withEnvironment } from './exec.ts';

/** Where a repository lies. All paths are absolute and real. */
export interface Place {
  readonly root: string;
  /** This working tree's own git directory: HEAD and index. */
  readonly gitDirectory: string;
  /** What all working trees share: objects, refs, configuration. */
  readonly commonDirectory: string;
  readonly objectFormat: 'sha1' | 'sha256';
}

/**
 * Finds the repository around git's directory, a real path, and refuses one that is laid out to lead git elsewhere. Throws
 * `repository/none`, `repository/bare` and `repository/unsafe`.
 */
export async function discover(git: Git): Promise<Place> {
  const { directory } = git;
  const lines = await askGit(git);
  const [bare, gitDirectory, commonDirectory, format, top] = lines;
  if (bare === 'true') throw new EngineError({ code: 'repository/bare', directory });
  const place: Place = {
    root: await realpath(top as string),
    gitDirectory: await realpath(gitDirectory as string),
    commonDirectory: await realpath(commonDirectory as string),
    objectFormat: format === 'sha256' ? 'sha256' : 'sha1',
  };
  await refuseStrangeLayout(directory, place, git);
  return place;
}

/** From here on git looks nowhere else, whatever the repository's own settings say. */
export function pinned(git: Git, place: Place): Git {
  return withEnvironment(
    { ...git, directory: place.root },
    { GIT_DIR: place.gitDirectory, GIT_COMMON_DIR: place.commonDirectory, GIT_WORK_TREE: place.root },
  );
}

async function askGit(git: Git): Promise<readonly string[]> {
  const { directory } = git;
  try {
    const places = ['--is-bare-repository', '--absolute-git-dir', '--git-common-dir', '--show-object-format'];
    const first = await gitText(git, ['rev-parse', '--path-format=absolute', ...places]);
    if (first.startsWith('true')) return first.split('\n');
    return [...first.split('\n'), await gitText(git, ['rev-parse', '--path-format=absolute', '--show-toplevel'])];
  } catch (error) {
    const fault = faultOf(error);
    if (fault.code !== 'git/failed') throw error;
    if (/dubious ownership|unsafe repository/.test(fault.detail)) {
      const detail = 'it belongs to another user (`git config --global --add safe.directory` allows it)';
      throw new EngineError({ code: 'repository/unsafe', directory, detail }, error);
    }
    const embedded = /cannot use bare repository '(.*)'/.exec(fault.detail)?.[1];
    if (embedded !== undefined) throw new EngineError(await faultOfBare(git, embedded), error);
    if (/not a git repository|must be run in a work tree/.test(fault.detail)) {
      throw new EngineError({ code: 'repository/none', directory }, error);
    }
    throw new EngineError({ code: 'repository/unsafe', directory, detail: fault.detail }, error);
  }
}

/** A bare repository inside a working tree is how a clone smuggles in settings of its own; elsewhere it is just bare. */
async function faultOfBare(git: Git, bare: string) {
  const directory = git.directory;
  const above = await gitText({ ...git, directory: dirname(bare) }, ['rev-parse', '--show-toplevel']).catch(() => null);
  return above !== null && basename(bare) !== '.git'
    ? ({ code: 'repository/unsafe', directory, detail: 'it is a bare repository inside another one' } as const)
    : ({ code: 'repository/bare', directory } as const);
}

async function refuseStrangeLayout(directory: string, place: Place, git: Git): Promise<void> {
  const { root, gitDirectory, commonDirectory } = place;
  const refuse = (detail: string) => {
    throw new EngineError({ code: 'repository/unsafe', directory: root, detail });
  };
  if (directory !== root && !directory.startsWith(`${root}/`)) refuse(`its working tree is set to ${root}`);
  const dotGit = await lstat(join(root, '.git')).catch(() => null);
  if (!dotGit) refuse('its working tree has no `.git`: `core.worktree` points here from elsewhere');
  if (dotGit?.isDirectory()) {
    if (gitDirectory !== join(root, '.git')) refuse('git would use another directory than its `.git`');
    if (commonDirectory !== gitDirectory) refuse('its `commondir` file points to another repository');
  } else if (dotGit?.isFile()) {
    if (!(await pointsBack(place, git))) refuse('its `.git` file points to a repository that does not know of it');
  } else refuse('its `.git` is a link');
  await refuseLinks(place, refuse);
  const storage = await gitText(pinned(git, place), ['config', '--get', 'extensions.refStorage'], { accept: [1] });
  if (storage !== '' && storage !== 'files') {
    throw new EngineError({
      code: 'repository/unsupported',
      detail: `Refs kept as \`${storage}\` cannot be landed on.`,
    });
  }
}

/** A linked worktree or a submodule: the git directory must name this working tree as its own. */
async function pointsBack(place: Place, git: Git): Promise<boolean> {
  const { root, gitDirectory, commonDirectory } = place;
  if (dirname(gitDirectory) === join(commonDirectory, 'worktrees')) {
    const back = await readFile(join(gitDirectory, 'gitdir'), 'utf8').catch(() => '');
    return (await realpath(back.trim()).catch(() => '')) === join(root, '.git');
  }
  if (gitDirectory !== commonDirectory) return false;
  const own = { ...git, directory: root };
  const back = await gitText(own, ['config', '--file', join(gitDirectory, 'config'), '--get', 'core.worktree'], {
    accept: [1],
  });
  return back !== '' && (await realpath(resolve(gitDirectory, back)).catch(() => '')) === root;
}

/** Git writes through a link: a linked index or ref folder would have it write over any file of the user's. */
async function refuseLinks(place: Place, refuse: (detail: string) => void): Promise<void> {
  const names = ['HEAD', 'index', 'logs'].map((name) => join(place.gitDirectory, name));
  const shared = ['config', 'refs', 'objects', 'packed-refs', 'logs', 'info', 'countersign'];
  for (const path of [...names, ...shared.map((name) => join(place.commonDirectory, name))]) {
    const found = await lstat(path).catch(() => null);
    if (found?.isSymbolicLink()) refuse(`\`${path}\` is a link`);
  }
}
