import type { Localize } from '../localize.ts';
import { assertNever } from '../result.ts';
import { acrossFolders, type FaultAbout, type FaultText, raiseCap, seconds, usd } from './words.ts';

/** First words of their codes. */
export const modelFaults = ['model', 'builder', 'audit', 'check', 'budget'] as const;

/** Faults of models, of money, and of what examines a change. */
export function describeModelFault(fault: FaultAbout<(typeof modelFaults)[number]>, localize: Localize): FaultText {
  switch (fault.code) {
    case 'model/not-configured':
      return {
        message: localize`No model is configured for the role \`${fault.role}\`.`,
        remedy: localize('Set OPENAI_API_KEY, or name a model under `models.roles` in the configuration.'),
      };
    case 'model/unauthorized':
      return {
        message: localize`${fault.provider} refused the key.`,
        remedy: fault.keyName
          ? localize`Set a valid key in ${fault.keyName}.`
          : localize('Set a valid key for this provider.'),
      };
    case 'model/no-consent':
      return {
        message: localize`VS Code does not let Countersign use ${fault.provider}.`,
        remedy: localize('Run again and allow it when asked, or allow it under Manage Language Model Access.'),
      };
    case 'model/unreachable':
      return {
        message: localize`${fault.provider} does not answer at ${fault.address} (${fault.detail}).`,
        remedy: localize('Check that the server runs and that `baseUrl` is right, then run again; nothing was lost.'),
      };
    case 'model/rate-limited':
      return {
        message: localize`${fault.provider} asks to wait${fault.retryAfterSeconds === null ? '' : ` ${seconds(fault.retryAfterSeconds, localize)}`}.`,
        remedy: localize('Run again later, or lower `parallel`.'),
      };
    case 'model/quota-exhausted':
      return {
        message: localize`The quota at ${fault.provider} is used up.`,
        remedy: localize('Add credit there or choose another model.'),
      };
    case 'model/rejected':
      return {
        message: localize`${fault.provider} rejected the request (${fault.status}): ${fault.detail}`,
        remedy: localize('Check the model name and its settings in the configuration.'),
      };
    case 'model/server-error':
      return {
        message: localize`${fault.provider} failed (${fault.status}): ${fault.detail}`,
        remedy: localize('Run again later or choose another model; nothing was lost.'),
      };
    case 'model/timed-out':
      return {
        message:
          fault.kind === 'idle'
            ? localize`${fault.provider} sent nothing for ${seconds(fault.seconds, localize)}.`
            : localize`${fault.provider} did not finish within ${seconds(fault.seconds, localize)}.`,
        remedy: localize('Run again, or choose a faster model.'),
      };
    case 'model/broken-reply':
      return {
        message: localize`${fault.provider} sent a reply that cannot be read: ${fault.detail}`,
        remedy: localize('Check that `baseUrl` points to a server that speaks the OpenAI protocol.'),
      };
    case 'model/truncated':
      return {
        message: localize`The reply of ${fault.provider} was cut off at its length limit${fault.outputLimit === null ? '' : localize` of ${fault.outputLimit} tokens`}; it is not used.`,
        remedy: localize('Narrow the scope of the phase, or raise its budget.'),
      };
    case 'model/refused':
      return {
        message: localize`${fault.provider} declined to answer: ${fault.detail}`,
        remedy: localize('Reword the goal, or choose another model.'),
      };
    case 'model/no-recorded-reply':
      return {
        message:
          fault.matches === 0
            ? localize`${fault.cassette} has no recorded reply for ${fault.request}.`
            : localize`${fault.cassette} has ${fault.matches} recorded replies for ${fault.request}; it must have one.`,
        remedy: localize('Record the reply again, or correct what the entry asks the request to contain.'),
      };
    case 'builder/no-patch':
      return {
        message: localize`The Builder's reply holds no patch: ${fault.detail}`,
        remedy: localize('Run the phase again, or choose another model for the Builder.'),
      };
    case 'audit/broken-reply':
      return {
        message: localize`The reviewer \`${fault.component}\` sent a reply that cannot be read: ${fault.detail}`,
        remedy: localize('Run the phase again, or choose another model for the Auditor.'),
      };
    case 'audit/failed':
      return {
        message: localize`The reviewer \`${fault.component}\` gave no verdict: ${fault.detail}`,
        remedy: localize('Run the phase again; without that review nothing lands.'),
      };
    case 'check/not-startable':
      return {
        message: localize`The check \`${fault.command}\` cannot be started: ${fault.detail}`,
        remedy: localize('Correct the command under `verify`, or install what it needs through `checks.setup`.'),
      };
    case 'check/no-sandbox':
      return {
        message: localize`Checks need a sandbox and there is none here: ${fault.detail}`,
        remedy: localize('Install bubblewrap, or set `checks.sandbox` to `auto`.'),
      };
    case 'budget/exceeded': {
      const money = fault.needMicros !== null && fault.leftMicros !== null;
      const short =
        money && (fault.needMicros as number) > (fault.leftMicros as number)
          ? localize`may cost ${usd(fault.needMicros, localize)}, ${usd(fault.leftMicros, localize)} is left`
          : localize`may use ${fault.needTokens} tokens, ${fault.leftTokens ?? 0} are left`;
      return {
        message: localize`Not sent: the call ${short} for this ${fault.level}${acrossFolders(fault.level, localize)}.`,
        remedy: raiseCap(fault.level, localize),
      };
    }
    case 'budget/price-unknown':
      return {
        message: localize`\`${fault.model}\` has no known price and no token cap is set.`,
        remedy: localize('Set its price under `models.prices`, or a cap under `budget.tokens`.'),
      };
    case 'budget/time-exceeded':
      return {
        message: localize`The phase used its ${fault.minutes} minutes.`,
        remedy: localize('Raise `budget.minutes`, or narrow the phase.'),
      };
    case 'budget/training-uncapped':
      return {
        message: localize`Not started: the job trains on about ${fault.tokens} tokens, ${fault.micros === null ? localize('at an unknown price') : localize`for about ${usd(fault.micros, localize)}`}, and nothing caps it.`,
        remedy:
          fault.micros === null
            ? localize(
                'Name the most tokens with --tokens or `training.maxTokens`, or the price as `usdPerMillionTokens`.',
              )
            : localize('Name the most it may cost with --usd or `training.maxUsd`.'),
      };
    case 'budget/training-too-dear': {
      const { tokens, micros, capMicros, capTokens } = fault;
      const money = micros !== null && capMicros !== null && micros > capMicros;
      return {
        message: money
          ? localize`Not started: the job costs about ${usd(micros, localize)}, ${usd(capMicros, localize)} is allowed.`
          : localize`Not started: the job trains on about ${tokens} tokens, ${capTokens ?? 0} are allowed.`,
        remedy: localize('Raise the cap, or train on fewer rows with --size.'),
      };
    }
    default:
      return assertNever(fault);
  }
}
