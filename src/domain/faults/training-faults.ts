import type { Localize } from '../localize.ts';
import { assertNever } from '../result.ts';
import { type FaultAbout, type FaultText, list } from './words.ts';

/** First words of their codes. */
export const trainingFaults = ['training', 'deployment', 'profile', 'archive', 'scorer'] as const;

/** Faults of training data, of jobs and of what they made. */
export function describeTrainingFault(
  fault: FaultAbout<(typeof trainingFaults)[number]>,
  localize: Localize,
): FaultText {
  switch (fault.code) {
    case 'training/not-configured':
      return {
        message:
          fault.backend === null
            ? localize('No back end to train with is named.')
            : localize`There is no back end \`${fault.backend}\` to train with.`,
        remedy:
          fault.known.length > 0
            ? localize`Name one of ${list(fault.known)} with --backend.`
            : localize('Set one up under `training.backends` in your configuration; see docs/training.md.'),
      };
    case 'training/not-ready':
      return {
        message: localize`There is not enough to train on: ${fault.missing.join('; ')}.`,
        remedy: localize('Let more phases land, or train all the same with --force.'),
      };
    case 'training/unusable-data':
      return {
        message: localize`This cannot be trained on: ${fault.detail}`,
        remedy: localize('Make the dataset anew with `countersign train prepare`.'),
      };
    case 'training/retired':
      return {
        message: localize`\`${fault.model}\` is trained no more since ${fault.date.slice(0, 10)}.`,
        remedy: localize('Name another `baseModel` for this back end.'),
      };
    case 'training/no-job':
      return {
        message: localize`There is no training job \`${fault.selector}\`.`,
        remedy: localize('See `countersign train jobs` for those there are.'),
      };
    case 'training/not-controllable':
      return {
        message: localize`Job ${fault.job}: ${fault.detail}`,
        remedy: localize('See `countersign train status` for how it stands.'),
      };
    case 'training/failed':
      return {
        message: localize`Training job ${fault.job} failed: ${fault.detail}`,
        remedy: localize`Its figures are kept; \`countersign train resume ${fault.job}\` takes it up again.`,
      };
    case 'training/changed':
      return {
        message: localize`Training job ${fault.job} was begun with another configuration: ${fault.detail}.`,
        remedy: localize('Set it back and resume, or start a new job.'),
      };
    case 'deployment/no-version':
      return {
        message: localize`No model version is called \`${fault.selector}\`.`,
        remedy:
          fault.known.length > 0
            ? localize`There are ${list(fault.known)}.`
            : localize('Add one with `countersign models add`, or train one.'),
      };
    case 'deployment/not-promoted':
      return {
        message: localize`${fault.version} is not deployed: ${fault.reasons.join('; ')}.`,
        remedy: fault.undecided
          ? localize(
              'Serve it to a share with --gradual, or measure it with `countersign models evaluate`; --force deploys it all the same and is kept.',
            )
          : localize('Train a better one; --force deploys it all the same and is kept.'),
      };
    case 'deployment/retired':
      return {
        message: localize`${fault.version} is served no more from ${fault.date.slice(0, 10)} on.`,
        remedy: localize('Deploy another version, or train one on a newer base.'),
      };
    case 'deployment/nothing-deployed':
      return { message: localize('No model version is deployed.'), remedy: localize('See `countersign models list`.') };
    case 'profile/unknown':
      return {
        message: localize`There is no profile \`${fault.profile}\`.`,
        remedy: localize`There are ${list(fault.known)}; a workspace brings its own in .countersign/profiles/NAME.mjs.`,
      };
    case 'profile/unapproved':
      return {
        message: localize`The profile \`${fault.profile}\` is a program of this workspace that you have not approved.`,
        remedy: localize`Read ${fault.file}, then approve it with \`countersign profiles approve\`, or for this once with \`--trust-workspace\`.`,
      };
    case 'profile/failed':
      return {
        message: localize`The profile \`${fault.profile}\` cannot be used: ${fault.detail}.`,
        remedy: localize('Mend its file, or choose another profile; nothing was written.'),
      };
    case 'archive/refused':
      return {
        message: localize`The archive ${fault.archive} was refused: ${fault.detail}.`,
        remedy: localize('Take it from another copy; nothing was restored and nothing deleted.'),
      };
    case 'scorer/unreadable':
      return {
        message: localize`The scorer ${fault.file} cannot be used: ${fault.detail}.`,
        remedy: localize('Train it again, or take `builder.scorer` out of the configuration.'),
      };
    default:
      return assertNever(fault);
  }
}
