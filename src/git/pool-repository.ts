import { randomBytes } from 'node:crypto';
import { access, copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from './context.ts';
import { type Git, gitText, runGit, withConfig, withEnvironment } from './exec.ts';
import { hasCode } from './git-failure.ts';
import { withoutPrograms } from './hardening.ts';
import { removeTree } from './remove-tree.ts';

/** One working tree of the pool. Its git directory lies outside of it, where checks cannot write. */
export interface Slot {
  readonly number: number;
  readonly directory: string;
  readonly gitDirectory: string;
  readonly lock: string;
  readonly record: string;
}

export function slotAt(pool: string, number: number): Slot {
  return {
    number,
    directory: join(pool, `worktree-${number}`),
    gitDirectory: join(pool, 'git', 'worktrees', String(number)),
    lock: join(pool, `worktree-${number}.lock`),
    record: join(pool, `worktree-${number}.json`),
  };
}

/** Settings that decide how files look on disk: the worktrees must look like the user's. */
const copiedSettings = [
  'core.autocrlf',
  'core.eol',
  'core.symlinks',
  'core.fileMode',
  'core.ignoreCase',
  'core.precomposeUnicode',
];

/**
 * Makes the pool's own repository unless it is there. It borrows the user's objects and has refs, index and settings of
 * its own, so that whatever a check does with git, the user's repository does not change.
 */
export async function ensurePoolRepository(context: Context, pool: string): Promise<void> {
  const target = join(pool, 'git');
  if (await isThere(join(target, 'HEAD'))) return;
  await mkdir(pool, { recursive: true, mode: 0o700 });
  const draft = join(pool, `git-${randomBytes(6).toString('hex')}`);
  const { GIT_DIR, GIT_COMMON_DIR, GIT_WORK_TREE, ...environment } = context.git.environment;
  const git: Git = { ...context.git, environment, directory: pool };
  await runGit(git, ['init', '--quiet', '--bare', '--template=', `--object-format=${context.objectFormat}`, draft]);
  await mkdir(join(draft, 'objects', 'info'), { recursive: true });
  await mkdir(join(draft, 'info'), { recursive: true });
  await writeFile(join(draft, 'objects', 'info', 'alternates'), `${join(context.commonDirectory, 'objects')}\n`);
  for (const name of ['attributes', 'exclude']) {
    await copyFile(join(context.commonDirectory, 'info', name), join(draft, 'info', name)).catch(() => undefined);
  }
  for (const key of copiedSettings) {
    const value = await gitText(context.git, ['config', '--get', key], { accept: [1] });
    if (value !== '') await runGit(git, ['config', '--file', join(draft, 'config'), key, value]);
  }
  await writeFile(join(pool, 'repository.json'), JSON.stringify({ commonDirectory: context.commonDirectory }));
  try {
    await rename(draft, target);
  } catch (error) {
    await removeTree(draft);
    if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EEXIST')) throw error;
  }
}

/** Lays out an empty working tree as git would, known to the pool's repository alone. */
export async function layOutSlot(slot: Slot, commit: string): Promise<void> {
  await mkdir(slot.directory, { recursive: true, mode: 0o700 });
  await mkdir(slot.gitDirectory, { recursive: true });
  await writeFile(join(slot.gitDirectory, 'commondir'), '../..\n');
  await writeFile(join(slot.gitDirectory, 'gitdir'), `${join(slot.directory, '.git')}\n`);
  await writeFile(join(slot.gitDirectory, 'HEAD'), `${commit}\n`);
  await writeFile(join(slot.directory, '.git'), `gitdir: ${slot.gitDirectory}\n`);
}

/** Git on one working tree of the pool: hardened, and never deceived by a file's times. */
export async function slotGit(context: Context, pool: string, slot: Slot): Promise<Git> {
  const shared = join(pool, 'git');
  const { GIT_WORK_TREE, ...environment } = context.git.environment;
  const own = { ...environment, GIT_DIR: shared, GIT_COMMON_DIR: shared };
  const git = withConfig({ ...context.git, directory: pool, environment: own }, [
    ['core.trustctime', 'true'],
    ['core.checkStat', 'default'],
    ['core.bare', 'false'],
    ['core.sparseCheckout', 'false'],
    ['checkout.workers', '0'],
    ['checkout.thresholdForParallelism', '100'],
  ]);
  const safe = await withoutPrograms(git, context.options.allowedFilters);
  const place = { GIT_DIR: slot.gitDirectory, GIT_WORK_TREE: slot.directory };
  return { ...withEnvironment(safe, place), directory: slot.directory };
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
