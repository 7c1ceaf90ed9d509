import { lstat, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from './context.ts';
import { discover, pinned } from './discover.ts';
import { gitText } from './exec.ts';
import { finishMove, undoMove } from './finish-move.ts';
import { isAncestor } from './merge-trees.ts';
import { findJournals, type Journal, journalFiles, refuseJournal } from './move-journal.ts';
import { identityOf, isAlive } from './process-lock.ts';
import { capturedAsPlanned, inOrder, putFiles } from './put-files.ts';
import { prepareRefs } from './ref-transaction.ts';
import { headBranch } from './repository-state.ts';
import { treeChanges } from './tree-changes.ts';
import { isSameState, isThere, leadsThroughLink, stateOf } from './working-files.ts';

/** What became of a move that was cut off. */
export interface Recovery {
  readonly kind: Journal['intent']['kind'] | null;
  readonly outcome: 'finished' | 'undone' | 'refused';
  readonly branch: string | null;
  /** The commit that the branch was to move to. */
  readonly commit: string | null;
  /** One sentence for a person. */
  readonly message: string;
}

/**
 * Brings every move that was cut off to its end or back to its beginning. The caller holds the repository's own lock,
 * so whoever wrote these journals is gone. A journal is believed only as far as the repository bears it out.
 */
export async function recoverMoves(context: Context): Promise<readonly Recovery[]> {
  const recoveries: Recovery[] = [];
  for (const found of await findJournals(context)) {
    if ('problem' in found) {
      recoveries.push(await refuse(found.folder, found.problem));
      continue;
    }
    const { journal } = found;
    const own = await contextOf(context, journal);
    const problem = own ? await misfit(own, journal) : 'its working tree is gone or belongs to another repository';
    recoveries.push(own && !problem ? await recoverMove(own, journal) : await refuse(journal.folder, problem ?? ''));
  }
  return recoveries;
}

async function refuse(folder: string, problem: string): Promise<Recovery> {
  const aside = await refuseJournal(folder);
  const message = `A journal was not believed because ${problem}; it is kept in ${aside}.`;
  return { kind: null, outcome: 'refused', branch: null, commit: null, message };
}

/** A move may have been made in another working tree of this repository. */
async function contextOf(context: Context, journal: Journal): Promise<Context | null> {
  const { root, gitDirectory } = journal.intent;
  if (gitDirectory === context.gitDirectory) return root === context.root ? context : null;
  const { GIT_DIR, GIT_COMMON_DIR, GIT_WORK_TREE, ...environment } = context.git.environment;
  const git = { ...context.git, environment, directory: root };
  const place = await discover(git).catch(() => null);
  if (!place || place.gitDirectory !== gitDirectory || place.commonDirectory !== context.commonDirectory) return null;
  return { ...context, ...place, git: pinned(git, place) };
}

/** Why a journal cannot be one of this repository's; null where it fits. It may have come with the repository. */
async function misfit(context: Context, { intent, plan }: Journal): Promise<string | null> {
  for (const commit of [intent.from, intent.to]) {
    const type = await gitText(context.git, ['cat-file', '-t', commit], { accept: [128] });
    if (type !== 'commit') return `it names ${commit}, which is no commit here`;
  }
  if (!intent.branch.startsWith('refs/heads/')) return 'it moves something else than a branch';
  if (intent.kept.some(({ ref }) => !ref.startsWith('refs/countersign/'))) return 'it makes refs that are not private';
  if (!plan) return null;
  const changes = await treeChanges(context, intent.from, intent.to);
  const fits =
    changes.length === plan.files.length &&
    changes.every(({ path, before, after }, position) => {
      const file = plan.files[position];
      return (
        file?.path === path &&
        (file.before === null) === (before === null) &&
        (file.after === null) === (after === null)
      );
    });
  if (!fits) return 'its files are not those that differ between its commits';
  for (const { path } of changes) {
    if (await leadsThroughLink(context.root, path)) return `\`${path}\` leads through a link`;
  }
  const parents = new Set(changes.flatMap(({ path }) => foldersAbove(path)));
  return plan.folders.every((folder) => parents.has(folder)) ? null : 'it makes folders that hold none of its files';
}

function foldersAbove(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, length) => parts.slice(0, length + 1).join('/'));
}

async function recoverMove(context: Context, journal: Journal): Promise<Recovery> {
  const { kind, branch, from, to } = journal.intent;
  await freeRefLocks(context, journal);
  const about = { kind, branch, commit: to } as const;
  const name = branch.replace('refs/heads/', '');
  if (await hasMoved(context, journal)) {
    await finishMove(context, journal);
    return { ...about, outcome: 'finished', message: `A ${kind} on \`${name}\` was finished (${to.slice(0, 10)}).` };
  }
  if (await wasBuiltUpon(context, journal)) {
    const finished = await goForward(context, journal);
    if (finished) {
      const message = `A ${kind} on \`${name}\` was finished (${to.slice(0, 10)}), because its files were edited since.`;
      return { ...about, outcome: 'finished', message };
    }
  }
  const kept = await undoMove(context, journal);
  const edits = kept.length === 0 ? '' : ` Left as you edited them: ${kept.map((path) => `\`${path}\``).join(', ')}.`;
  const message = `A ${kind} on \`${name}\` was undone; it is at ${from.slice(0, 10)} as before.${edits}`;
  return { ...about, outcome: 'undone', message };
}

/** The branch is at the new commit, or somebody has gone on from it. */
async function hasMoved(context: Context, { intent }: Journal): Promise<boolean> {
  const tip = await gitText(context.git, ['rev-parse', '--verify', '--quiet', intent.branch], { accept: [1] });
  if (tip === '' || tip === intent.from) return false;
  if (tip === intent.to) return true;
  if (!(await isAncestor(context, intent.to, tip))) return false;
  // A move back goes to an ancestor: there the branch must also have left the old commit.
  const isBack = await isAncestor(context, intent.to, intent.from);
  return !(isBack && (await isAncestor(context, intent.from, tip)));
}

/** A file that was already placed has been edited since: taking it back would leave the edit on the wrong base. */
async function wasBuiltUpon(context: Context, journal: Journal): Promise<boolean> {
  let built = false;
  for (const [position, file] of inOrder(journal.plan?.files ?? [])) {
    const now = await stateOf(join(context.root, file.path));
    const placed = file.after && !(await isThere(journalFiles.built(journal.folder, file.path)));
    const captured = await isThere(journalFiles.captured(journal.folder, position));
    if (placed && now !== null && !isSameState(now, file.after)) built = built || !isSameState(now, file.before);
    else if (!placed && !captured && !isSameState(now, file.before)) return false;
  }
  return built && (await isThere(journalFiles.index(journal.folder)));
}

/** Puts the files that are still missing and moves the branch. False where that is no longer possible. */
async function goForward(context: Context, journal: Journal): Promise<boolean> {
  const { branch, from, to, kept, kind } = journal.intent;
  if ((await headBranch(context)) !== branch) return false;
  const moves = [{ ref: branch, from, to }, ...kept];
  const prepared = await prepareRefs(context.git, moves, `countersign: ${kind}, recovered`, 2);
  if (!prepared.ok) return false;
  const put = await putFiles(context, journal);
  if (!put.ok || (await capturedAsPlanned(journal)).length > 0) {
    await prepared.value.abort();
    return false;
  }
  await prepared.value.commit();
  await finishMove(context, journal);
  return true;
}

/** Waits for a git that is still at work for this move, ends it, and removes the locks it left. */
async function freeRefLocks(context: Context, journal: Journal): Promise<void> {
  const { locks, intent } = journal;
  for (let tries = 0; locks && tries < 40 && (await isAlive(locks.pid, locks.started)); tries += 1) await sleep(50);
  const refs = [intent.branch, ...intent.kept.map(({ ref }) => ref)];
  let ownBranchLock: bigint | null = null;
  for (const ref of refs) {
    const path = join(context.commonDirectory, `${ref}.lock`);
    const found = await lstat(path, { bigint: true }).catch(() => null);
    if (!found) continue;
    // Git writes the new value into the lock; this commit is nobody else's.
    const value = (await readFile(path, 'utf8').catch(() => '')).trim();
    const recorded = locks?.files[path] === identityOf(found);
    if (!recorded && value !== intent.to && !intent.kept.some(({ to }) => to === value)) continue;
    if (ref === intent.branch) ownBranchLock = found.mtimeNs;
    await rm(path, { force: true });
  }
  const head = join(context.gitDirectory, 'HEAD.lock');
  const found = await lstat(head, { bigint: true }).catch(() => null);
  if (!found) return;
  const recorded = locks?.files[head] === identityOf(found);
  // Not yet recorded: made empty by the transaction whose branch lock was just seen, right after it.
  const fresh = !locks && ownBranchLock !== null && found.size === 0n && found.mtimeNs >= ownBranchLock;
  if (recorded || fresh) await rm(head, { force: true });
}
