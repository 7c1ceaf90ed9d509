import type { Localize } from '../localize.ts';
import { assertNever } from '../result.ts';
import { type FaultAbout, type FaultText, list, where } from './words.ts';

/** First words of their codes. */
export const inputFaults = [
  'arguments',
  'spec',
  'plan',
  'import',
  'config',
  'environment',
  'demo',
  'interrupted',
  'internal',
  'serve',
  'store',
] as const;

/** Faults of what was asked for, and of the machine it was asked on. */
export function describeInputFault(fault: FaultAbout<(typeof inputFaults)[number]>, localize: Localize): FaultText {
  switch (fault.code) {
    case 'arguments/invalid':
      return {
        message: fault.problem,
        remedy: fault.usage ? localize`Usage: ${fault.usage}` : localize('Run `countersign help`.'),
      };
    case 'spec/invalid':
      return {
        message: `${where(fault.at, localize)}${fault.problem}`,
        remedy: localize('Correct the file and run it again.'),
      };
    case 'spec/not-found':
      return {
        message: localize`There is no file \`${fault.file}\`.`,
        remedy: localize('Name a phase spec or a plan, such as .countersign/phases/NAME.yaml.'),
      };
    case 'plan/cycle':
      return {
        message: localize`${where(fault.at, localize)}These phases wait for each other: ${fault.phases.join(' → ')}.`,
        remedy: localize('Remove one of the `dependsOn` entries.'),
      };
    case 'plan/unknown-dependency':
      return {
        message: localize`${where(fault.at, localize)}Phase \`${fault.phase}\` depends on \`${fault.dependency}\`, which is not in the plan.`,
        remedy: localize('Correct the name in `dependsOn` or add that phase.'),
      };
    case 'plan/unusable':
      return {
        message: localize`The planner's answer is no usable plan: ${fault.detail}.`,
        remedy: localize('Run it again, choose another model for the role `planner`, or write the plan by hand.'),
      };
    case 'plan/changed':
      return {
        message: localize`${fault.file} was changed since the other plan was made; nothing was written.`,
        remedy: localize('Ask for another plan again: it will be made from the file as it is now.'),
      };
    case 'plan/no-proposal':
      return {
        message: localize`No other plan of run ${fault.run} waits for you.`,
        remedy: localize`Ask for one with \`countersign plan --replan ${fault.run}\`.`,
      };
    case 'import/unreadable':
      return {
        message: `${where(fault.at, localize)}${fault.problem}`,
        remedy: localize('Correct the file, or export it again.'),
      };
    case 'config/invalid':
      return {
        message: `${where(fault.at, localize)}${fault.problem}`,
        remedy: localize('Correct the configuration and try again.'),
      };
    case 'config/unapproved':
      return {
        message: localize`${fault.file} sets ${list(fault.keys)}, which you have not approved.`,
        remedy: localize(
          'Read the file, then approve it with `countersign config approve`, for one run with `--trust-workspace`, or set the keys in your own configuration.',
        ),
      };
    case 'serve/port-taken':
      return {
        message: localize`Port ${fault.port} cannot be used.`,
        remedy: localize('Name another with --port, or leave it out: a free one is taken.'),
      };
    case 'store/newer':
      return {
        message: localize`${fault.file} was written by a newer Countersign (version ${fault.version}).`,
        remedy: localize('Update Countersign; until then the history can only be read.'),
      };
    case 'store/accounts-unavailable':
      return {
        message: localize`What is spent over all folders cannot be kept in ${fault.file}; the caps of a day and a month count this folder alone: ${fault.detail}`,
        remedy: localize('Make it writable, or name another place in XDG_STATE_HOME.'),
      };
    case 'store/damaged':
      return {
        message: localize`${fault.file} was damaged${fault.setAside ? localize` and set aside as ${fault.setAside}` : ''}.`,
        remedy: fault.setAside
          ? localize('A new history was started; keep the old file if you need it.')
          : localize('Run `countersign doctor`.'),
      };
    case 'environment/node-too-old':
      return {
        message: localize`Countersign needs Node ${fault.needed} or newer; this is ${fault.version}.`,
        remedy: localize('Install a newer Node.'),
      };
    case 'environment/disk-full':
      return {
        message: localize`No space is left at ${fault.path}.`,
        remedy: localize('Free some space, then run again; nothing was lost.'),
      };
    case 'demo/unexpected':
      return {
        message: localize`The example ended otherwise than it should: ${fault.detail}.`,
        remedy: localize('With a real model that can happen; with recorded replies it is a defect to report.'),
      };
    case 'interrupted':
      return { message: 'Interrupted.', remedy: localize('Run it again to go on; what had landed stays.') };
    case 'internal/defect':
      return {
        message: localize`Countersign failed: ${fault.detail}`,
        remedy: localize('Report it with this text; your files are as they were.'),
      };
    default:
      return assertNever(fault);
  }
}
