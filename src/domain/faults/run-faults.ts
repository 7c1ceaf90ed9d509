import type { Localize } from '../localize.ts';
import { assertNever } from '../result.ts';
import { branchName, type FaultAbout, type FaultText } from './words.ts';

/** First words of their codes. */
export const runFaults = ['run', 'review', 'rollback'] as const;

/** Faults of runs, of signing and of taking back. */
export function describeRunFault(fault: FaultAbout<(typeof runFaults)[number]>, localize: Localize): FaultText {
  switch (fault.code) {
    case 'run/not-found':
      return {
        message: localize`There is no run \`${fault.selector}\`.`,
        remedy: localize('See `countersign status` for the runs here.'),
      };
    case 'run/held':
      return fault.canBeAsked
        ? {
            message: localize`Run ${fault.run} is under way in ${fault.holder}.`,
            remedy: localize`Wait until it ends, or stop it with \`countersign stop ${fault.run}\`.`,
          }
        : {
            message: localize`Run ${fault.run} was taken by ${fault.holder}, which cannot be asked from here whether it still runs.`,
            remedy: localize`Where you know that it does not: \`countersign resume ${fault.run} --take-over\`.`,
          };
    case 'run/changed':
      return {
        message: localize`What run ${fault.run} was begun with has changed: ${fault.differences.join('; ')}.`,
        remedy: localize(
          'Resume with --accept-changes to take what holds now, or with --keep-frozen to go on with what it began with.',
        ),
      };
    case 'run/not-live':
      return {
        message: localize`Run ${fault.run} is not under way.`,
        remedy: localize`See \`countersign status\`; \`countersign resume ${fault.run}\` goes on with it.`,
      };
    case 'run/no-answer':
      return {
        message: localize`The process that runs ${fault.run} did not take the request up within ${fault.seconds} s.`,
        remedy: localize('It will when it is able to; see `countersign status`.'),
      };
    case 'run/not-controllable':
      return {
        message: `${fault.selector}: ${fault.detail}`,
        remedy: localize('See `countersign status` for how it stands.'),
      };
    case 'run/not-promotable':
      return {
        message: localize`Run ${fault.run} is not to be promoted: ${fault.detail}`,
        remedy: localize('See `countersign report` for how each phase ended; land what is missing, then promote.'),
      };
    case 'run/not-replannable':
      return {
        message: localize`Nothing of run ${fault.run} is to be planned anew: ${fault.detail}`,
        remedy: localize('A plan is made anew only after a failure; see `countersign status`.'),
      };
    case 'run/too-large':
      return {
        message: localize`The run has ${fault.phases} phases; ${fault.limit} are allowed.`,
        remedy: localize('Split the plan, or raise `limits.phases` in your own configuration.'),
      };
    case 'review/nothing-pending':
      return {
        message: localize`Nothing waits for a signature in \`${fault.selector}\`.`,
        remedy: localize('See `countersign status` for what does.'),
      };
    case 'review/evidence-stale':
      return {
        message: localize`The evidence of \`${fault.phase}\` is out of date: ${fault.detail}`,
        remedy: localize('Check again, then approve.'),
      };
    case 'rollback/nothing-landed':
      return {
        message: localize`Nothing landed in \`${fault.selector}\`.`,
        remedy: localize('See `countersign status` for what did.'),
      };
    case 'rollback/built-upon':
      return {
        message: localize`\`${branchName(fault.branch)}\` went on after the landing; it is at ${fault.commit.slice(0, 10)}.`,
        remedy: localize(
          'Use `countersign rollback`: it takes the landing back with a commit and keeps what came after.',
        ),
      };
    case 'rollback/not-on-branch':
      return {
        message: localize`\`${branchName(fault.branch)}\` no longer holds what landed there.`,
        remedy: localize('See `countersign save-points` for states that are kept.'),
      };
    case 'rollback/no-save-point':
      return {
        message: localize`There is no save point \`${fault.selector}\`.`,
        remedy: localize('See `countersign save-points` for those there are.'),
      };
    case 'rollback/no-branch':
      return {
        message: localize`The branch \`${branchName(fault.branch)}\` is gone.`,
        remedy: localize('Make it with `git branch` at any commit, then restore again.'),
      };
    case 'rollback/already-there':
      return {
        message: localize`\`${branchName(fault.branch)}\` is at ${fault.commit.slice(0, 10)} already.`,
        remedy: localize('Choose another state with `countersign save-points`.'),
      };
    default:
      return assertNever(fault);
  }
}
