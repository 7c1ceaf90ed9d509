import type { Localize } from '../localize.ts';
import { assertNever } from '../result.ts';
import { branchName, type FaultAbout, type FaultText, list } from './words.ts';

/** First words of their codes. */
export const repositoryFaults = ['patch', 'repository', 'remote', 'gh', 'git'] as const;

/** Faults of patches and of repositories. */
export function describeRepositoryFault(
  fault: FaultAbout<(typeof repositoryFaults)[number]>,
  localize: Localize,
): FaultText {
  switch (fault.code) {
    case 'patch/unreadable':
      return {
        message: localize`The patch cannot be read: ${fault.detail}`,
        remedy: localize('Send a complete unified diff.'),
      };
    case 'patch/truncated':
      return {
        message: localize`The patch is cut off: ${fault.detail}`,
        remedy: localize('Send the whole patch.'),
      };
    case 'patch/does-not-apply': {
      const first = fault.rejections[0];
      const more = fault.rejections.length > 1 ? localize` (and ${fault.rejections.length - 1} more)` : '';
      const place = first
        ? `${first.hunk === null ? '' : localize`hunk ${first.hunk} of `}${first.file}: ${first.reason}`
        : '';
      return {
        message: localize`The patch does not apply: ${place}${more}`,
        remedy: localize('Write the patch against the file as it is now.'),
      };
    }
    case 'patch/forbidden':
      return {
        message: localize`The patch may not change \`${fault.file}\`: ${fault.detail}`,
        remedy: localize('Leave that path alone, or change it by hand.'),
      };
    case 'patch/out-of-scope':
      return {
        message: localize`The patch changes files outside the scope of the phase: ${list(fault.files)}.`,
        remedy: localize('Keep to the files in scope, or widen `scope.include` in the spec.'),
      };
    case 'patch/too-large':
      return {
        message: localize`The patch is too large: ${fault.detail}`,
        remedy: localize('Split the phase into smaller ones.'),
      };
    case 'patch/changes-nothing':
      return {
        message: localize('The patch changes nothing.'),
        remedy: localize('Say in the goal what is still missing.'),
      };
    case 'patch/already-applied':
      return {
        message: localize`Everything in the patch is in the files already: ${list(fault.files)}.`,
        remedy: localize('Say in the goal what is still missing.'),
      };
    case 'repository/none':
      return {
        message: localize`${fault.directory} is not in a git repository.`,
        remedy: localize('Run `git init` and commit once, or name a repository with `--repo`.'),
      };
    case 'repository/no-commit':
      return {
        message: localize`The repository at ${fault.directory} has no commit yet.`,
        remedy: localize('Commit once, then run the phase.'),
      };
    case 'repository/bare':
      return {
        message: localize`The repository at ${fault.directory} is bare.`,
        remedy: localize('Use a clone that has a working tree.'),
      };
    case 'repository/unsafe':
      return {
        message: localize`The repository at ${fault.directory} is not used: ${fault.detail}`,
        remedy: localize('Look at how it is set up; use a fresh clone if in doubt.'),
      };
    case 'repository/busy':
      return {
        message: localize`A ${fault.operation} is in progress in this repository.`,
        remedy: localize('Finish or abort it, then try again; the change is kept.'),
      };
    case 'repository/detached':
      return {
        message: localize('HEAD is detached, so there is no branch to land on.'),
        remedy: localize('Switch to a branch, or set `landing.branch` to `run`.'),
      };
    case 'repository/dirty-path':
      return {
        message: localize`Edits of yours are in the way: ${list(fault.paths)}.`,
        remedy: localize('Commit or stash them, then approve again; the change is kept.'),
      };
    case 'repository/path-exists':
      return {
        message: localize`Files of yours that git does not track are in the way: ${list(fault.paths)}.`,
        remedy: localize('Move them away, then approve again; the change is kept.'),
      };
    case 'repository/locked':
      return {
        message: localize`The repository is in use${fault.holder ? localize` by ${fault.holder}` : ''} (\`${fault.lock}\`).`,
        remedy: localize('Wait until it is done; if nothing is running, remove that lock file.'),
      };
    case 'repository/moved':
      return {
        message: localize`\`${branchName(fault.branch)}\` moved meanwhile.`,
        remedy: localize('Do it again; before a change lands its checks run again on the new state.'),
      };
    case 'repository/conflict':
      return {
        message: localize`Commit ${fault.commit} no longer fits: later changes touch ${list(fault.paths)}.`,
        remedy: localize('Resolve it by hand with `git revert`, or roll back the later commits first.'),
      };
    case 'repository/unsupported':
      return { message: fault.detail, remedy: localize('Land this change by hand from its patch.') };
    case 'remote/none':
      return {
        message: localize`This repository has no remote \`${fault.remote}\`.`,
        remedy: localize('Add it with `git remote add`, or name another one.'),
      };
    case 'remote/push-failed':
      return {
        message: localize`\`${fault.remote}\` did not take \`${fault.branch}\`: ${fault.detail}`,
        remedy: localize('See that `git push` works from a shell, then try again; nothing here was changed.'),
      };
    case 'remote/not-pushed':
      return {
        message: localize`\`${fault.branch}\` is not on \`${fault.remote}\` as it is here, and nothing is pushed unasked.`,
        remedy: localize`Pass --push, or push it yourself: git push ${fault.remote} ${fault.branch}`,
      };
    case 'gh/missing':
      return {
        message: localize`There is no \`gh\` in PATH, which is needed to ${fault.purpose}.`,
        remedy: localize('Install the GitHub CLI and sign in with `gh auth login`.'),
      };
    case 'gh/failed':
      return {
        message: localize`\`gh ${fault.command}\` failed: ${fault.detail}`,
        remedy: localize('See that the same command works from a shell; `gh auth status` tells who is signed in.'),
      };
    case 'git/missing':
      return {
        message: localize`git cannot be run: ${fault.detail}`,
        remedy: localize('Install git 2.38 or newer.'),
      };
    case 'git/failed':
      return {
        message: localize`\`git ${fault.command}\` failed${fault.exitCode === null ? '' : ` (${fault.exitCode})`}: ${fault.detail}`,
        remedy: localize('Read its message; your files are as they were.'),
      };
    default:
      return assertNever(fault);
  }
}
