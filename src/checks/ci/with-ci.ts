import { checksPassed } from '../../domain/checks.ts';
import type { CiCheck } from '../../domain/ci-check.ts';
import { secondsOf } from '../../domain/ci-check.ts';
import type { Verifier } from '../../engine/ports/checks.ts';
import type { AttemptScope } from '../../engine/ports/run.ts';
import type { Gh } from './gh.ts';
import { githubRepository } from './github-repository.ts';
import { commandOf, type WaitParts, waitForWorkflow } from './wait-for-workflow.ts';

/** What of a repository's remotes a CI check needs. Each throws `remote/*` faults. */
export interface CiRemotes {
  address(remote: string): Promise<string>;
  push(
    request: { readonly remote: string; readonly commit: string; readonly branch: string; readonly replace: boolean },
    signal: AbortSignal,
  ): Promise<void>;
  remove(remote: string, branch: string, signal: AbortSignal): Promise<void>;
}

export interface CiOptions extends Pick<WaitParts, 'now' | 'sleep'> {
  readonly check: CiCheck;
  readonly gh: Gh;
  readonly remotes: CiRemotes;
  /** Told in one sentence what was left on the remote. */
  readonly onLeft: (sentence: string) => void;
}

/** Before any money is spent: throws `gh/missing`, `remote/none`. */
export async function assertCiReady({ check, gh, remotes }: CiOptions): Promise<void> {
  await gh.assertThere();
  await remotes.address(remoteOf(check));
}

/**
 * Checks that also wait for a workflow of the user's CI, once everything here has passed: the staged commit is pushed to
 * a branch of its own, which is removed when the workflow has ended. A patch that may not run here runs nowhere.
 */
export function withCi(verifier: Verifier, options: CiOptions): Verifier {
  return {
    ...verifier,
    async run(scope, spec, staged, scan, asked, progress, signal) {
      const report = await verifier.run(scope, spec, staged, scan, asked, progress, signal);
      if (!checksPassed(report)) return report;
      await progress.onStart(commandOf(options.check.workflow));
      const result = await onBranch(options, { scope, commit: staged.commit }, signal);
      await progress.onEnd(result);
      return { ...report, results: [...report.results, result] };
    },
  };
}

async function onBranch(
  options: CiOptions,
  { scope, commit }: { readonly scope: AttemptScope; readonly commit: string },
  signal: AbortSignal,
): Promise<Awaited<ReturnType<typeof waitForWorkflow>>> {
  const { check, remotes } = options;
  const remote = remoteOf(check);
  const branch = `countersign/ci/${scope.runId}/${scope.phaseId}-${scope.attempt}`;
  const repository = githubRepository(await remotes.address(remote));
  await remotes.push({ remote, commit, branch, replace: true }, signal);
  try {
    const request = { workflow: check.workflow, commit, branch, repository, seconds: secondsOf(check.timeout) };
    return await waitForWorkflow(request, options, signal);
  } finally {
    await removeBranch(options, remote, branch);
  }
}

/** Also after an interruption. A branch that stays is said, and changes nothing. */
async function removeBranch({ remotes, onLeft }: CiOptions, remote: string, branch: string): Promise<void> {
  try {
    await remotes.remove(remote, branch, new AbortController().signal);
  } catch {
    onLeft(`The branch ${branch} could not be removed from ${remote}; remove it by hand.`);
  }
}

function remoteOf({ remote }: CiCheck): string {
  return remote ?? 'origin';
}
