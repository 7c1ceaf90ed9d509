import type { BudgetLevel, Fault, Position } from './fault.ts';
import { inEnglish, type Localize } from './localize.ts';
import { assertNever } from './result.ts';

function acrossFolders(level: BudgetLevel, localize: Localize): string {
  return level === 'day' || level === 'month' ? localize(', over all folders') : '';
}

/** Amounts under a dime with what tells them apart. */
function usd(micros: number | null, localize: Localize): string {
  if (micros === null) return localize('an unknown amount');
  return `$${(micros / 1_000_000).toFixed(micros > 0 && micros < 100_000 ? 4 : 2)}`;
}

function raiseCap(level: BudgetLevel, localize: Localize): string {
  switch (level) {
    case 'phase':
      return localize(
        'Resume it with a higher cap: `countersign resume RUN/PHASE --budget-usd USD`, or narrow the phase.',
      );
    case 'tier':
      return localize(
        'Resume it with a higher cap: `countersign resume RUN --tier TIER --budget-usd USD`, or narrow the phase.',
      );
    case 'run':
      return localize('Resume it with a higher cap: `countersign resume RUN --budget-usd USD`, or narrow the phase.');
    case 'day':
    case 'month':
      return localize('Raise the cap in the configuration, or wait until the next one begins.');
  }
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function where(at: Position | null, localize: Localize): string {
  if (!at) return '';
  if (at.line === null) return `${at.file}: `;
  return at.column === null
    ? localize`${at.file}, line ${at.line}: `
    : localize`${at.file}, line ${at.line}, column ${at.column}: `;
}

function seconds(value: number, localize: Localize): string {
  return value >= 60 ? localize`${Math.round(value / 60)} min` : `${Math.ceil(value)} s`;
}

export interface FaultText {
  /** What happened, in one sentence. */
  readonly message: string;
  /** What to do about it, in one sentence. */
  readonly remedy: string;
}

/** One sentence of what happened and one of what to do, for every fault. */
export function describeFault(fault: Fault, localize: Localize = inEnglish): FaultText {
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
    case 'serve/port-taken':
      return {
        message: localize`Port ${fault.port} cannot be used.`,
        remedy: localize('Name another with --port, or leave it out: a free one is taken.'),
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

function branchName(ref: string): string {
  return ref.replace('refs/heads/', '');
}
