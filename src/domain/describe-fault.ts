import type { BudgetLevel, Fault, Position } from './fault.ts';
import { assertNever } from './result.ts';

function acrossFolders(level: BudgetLevel): string {
  return level === 'day' || level === 'month' ? ', over all folders' : '';
}

function usd(micros: number | null): string {
  return micros === null ? 'an unknown amount' : `$${(micros / 1_000_000).toFixed(2)}`;
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function where(at: Position | null): string {
  if (!at) return '';
  if (at.line === null) return `${at.file}: `;
  return at.column === null ? `${at.file}, line ${at.line}: ` : `${at.file}, line ${at.line}, column ${at.column}: `;
}

function seconds(value: number): string {
  return value >= 60 ? `${Math.round(value / 60)} min` : `${Math.ceil(value)} s`;
}

export interface FaultText {
  /** What happened, in one sentence. */
  readonly message: string;
  /** What to do about it, in one sentence. */
  readonly remedy: string;
}

/** One sentence of what happened and one of what to do, for every fault. */
export function describeFault(fault: Fault): FaultText {
  switch (fault.code) {
    case 'arguments/invalid':
      return { message: fault.problem, remedy: fault.usage ? `Usage: ${fault.usage}` : 'Run `countersign help`.' };
    case 'spec/invalid':
      return { message: `${where(fault.at)}${fault.problem}`, remedy: 'Correct the file and run it again.' };
    case 'spec/not-found':
      return {
        message: `There is no file \`${fault.file}\`.`,
        remedy: 'Name a phase spec or a plan, such as .countersign/phases/NAME.yaml.',
      };
    case 'plan/cycle':
      return {
        message: `${where(fault.at)}These phases wait for each other: ${fault.phases.join(' → ')}.`,
        remedy: 'Remove one of the `dependsOn` entries.',
      };
    case 'plan/unknown-dependency':
      return {
        message: `${where(fault.at)}Phase \`${fault.phase}\` depends on \`${fault.dependency}\`, which is not in the plan.`,
        remedy: 'Correct the name in `dependsOn` or add that phase.',
      };
    case 'plan/unusable':
      return {
        message: `The planner's answer is no usable plan: ${fault.detail}.`,
        remedy: 'Run it again, choose another model for the role `planner`, or write the plan by hand.',
      };
    case 'import/unreadable':
      return { message: `${where(fault.at)}${fault.problem}`, remedy: 'Correct the file, or export it again.' };
    case 'config/invalid':
      return { message: `${where(fault.at)}${fault.problem}`, remedy: 'Correct the configuration and try again.' };
    case 'config/unapproved':
      return {
        message: `${fault.file} sets ${list(fault.keys)}, which you have not approved.`,
        remedy:
          'Read the file, then approve it with `countersign config approve`, for one run with `--trust-workspace`, or set the keys in your own configuration.',
      };
    case 'model/not-configured':
      return {
        message: `No model is configured for the role \`${fault.role}\`.`,
        remedy: 'Set OPENAI_API_KEY, or name a model under `models.roles` in the configuration.',
      };
    case 'model/unauthorized':
      return {
        message: `${fault.provider} refused the key.`,
        remedy: fault.keyName ? `Set a valid key in ${fault.keyName}.` : 'Set a valid key for this provider.',
      };
    case 'model/no-consent':
      return {
        message: `VS Code does not let Countersign use ${fault.provider}.`,
        remedy: 'Run again and allow it when asked, or allow it under Manage Language Model Access.',
      };
    case 'model/unreachable':
      return {
        message: `${fault.provider} does not answer at ${fault.address} (${fault.detail}).`,
        remedy: 'Check that the server runs and that `baseUrl` is right, then run again; nothing was lost.',
      };
    case 'model/rate-limited':
      return {
        message: `${fault.provider} asks to wait${fault.retryAfterSeconds === null ? '' : ` ${seconds(fault.retryAfterSeconds)}`}.`,
        remedy: 'Run again later, or lower `parallel`.',
      };
    case 'model/quota-exhausted':
      return {
        message: `The quota at ${fault.provider} is used up.`,
        remedy: 'Add credit there or choose another model.',
      };
    case 'model/rejected':
      return {
        message: `${fault.provider} rejected the request (${fault.status}): ${fault.detail}`,
        remedy: 'Check the model name and its settings in the configuration.',
      };
    case 'model/server-error':
      return {
        message: `${fault.provider} failed (${fault.status}): ${fault.detail}`,
        remedy: 'Run again later or choose another model; nothing was lost.',
      };
    case 'model/timed-out':
      return {
        message:
          fault.kind === 'idle'
            ? `${fault.provider} sent nothing for ${seconds(fault.seconds)}.`
            : `${fault.provider} did not finish within ${seconds(fault.seconds)}.`,
        remedy: 'Run again, or choose a faster model.',
      };
    case 'model/broken-reply':
      return {
        message: `${fault.provider} sent a reply that cannot be read: ${fault.detail}`,
        remedy: 'Check that `baseUrl` points to a server that speaks the OpenAI protocol.',
      };
    case 'model/truncated':
      return {
        message: `The reply of ${fault.provider} was cut off at its length limit${fault.outputLimit === null ? '' : ` of ${fault.outputLimit} tokens`}; it is not used.`,
        remedy: 'Narrow the scope of the phase, or raise its budget.',
      };
    case 'model/refused':
      return {
        message: `${fault.provider} declined to answer: ${fault.detail}`,
        remedy: 'Reword the goal, or choose another model.',
      };
    case 'model/no-recorded-reply':
      return {
        message:
          fault.matches === 0
            ? `${fault.cassette} has no recorded reply for ${fault.request}.`
            : `${fault.cassette} has ${fault.matches} recorded replies for ${fault.request}; it must have one.`,
        remedy: 'Record the reply again, or correct what the entry asks the request to contain.',
      };
    case 'builder/no-patch':
      return {
        message: `The Builder's reply holds no patch: ${fault.detail}`,
        remedy: 'Run the phase again, or choose another model for the Builder.',
      };
    case 'patch/unreadable':
      return { message: `The patch cannot be read: ${fault.detail}`, remedy: 'Send a complete unified diff.' };
    case 'patch/truncated':
      return { message: `The patch is cut off: ${fault.detail}`, remedy: 'Send the whole patch.' };
    case 'patch/does-not-apply': {
      const first = fault.rejections[0];
      const more = fault.rejections.length > 1 ? ` (and ${fault.rejections.length - 1} more)` : '';
      const place = first ? `${first.hunk === null ? '' : `hunk ${first.hunk} of `}${first.file}: ${first.reason}` : '';
      return {
        message: `The patch does not apply: ${place}${more}`,
        remedy: 'Write the patch against the file as it is now.',
      };
    }
    case 'patch/forbidden':
      return {
        message: `The patch may not change \`${fault.file}\`: ${fault.detail}`,
        remedy: 'Leave that path alone, or change it by hand.',
      };
    case 'patch/out-of-scope':
      return {
        message: `The patch changes files outside the scope of the phase: ${list(fault.files)}.`,
        remedy: 'Keep to the files in scope, or widen `scope.include` in the spec.',
      };
    case 'patch/too-large':
      return { message: `The patch is too large: ${fault.detail}`, remedy: 'Split the phase into smaller ones.' };
    case 'patch/changes-nothing':
      return { message: 'The patch changes nothing.', remedy: 'Say in the goal what is still missing.' };
    case 'patch/already-applied':
      return {
        message: `Everything in the patch is in the files already: ${list(fault.files)}.`,
        remedy: 'Say in the goal what is still missing.',
      };
    case 'audit/broken-reply':
      return {
        message: `The reviewer \`${fault.component}\` sent a reply that cannot be read: ${fault.detail}`,
        remedy: 'Run the phase again, or choose another model for the Auditor.',
      };
    case 'audit/failed':
      return {
        message: `The reviewer \`${fault.component}\` gave no verdict: ${fault.detail}`,
        remedy: 'Run the phase again; without that review nothing lands.',
      };
    case 'check/not-startable':
      return {
        message: `The check \`${fault.command}\` cannot be started: ${fault.detail}`,
        remedy: 'Correct the command under `verify`, or install what it needs through `checks.setup`.',
      };
    case 'check/no-sandbox':
      return {
        message: `Checks need a sandbox and there is none here: ${fault.detail}`,
        remedy: 'Install bubblewrap, or set `checks.sandbox` to `auto`.',
      };
    case 'budget/exceeded': {
      const money = fault.needMicros !== null && fault.leftMicros !== null;
      const short =
        money && (fault.needMicros as number) > (fault.leftMicros as number)
          ? `may cost ${usd(fault.needMicros)}, ${usd(fault.leftMicros)} is left`
          : `may use ${fault.needTokens} tokens, ${fault.leftTokens ?? 0} are left`;
      return {
        message: `Not sent: the call ${short} for this ${fault.level}${acrossFolders(fault.level)}.`,
        remedy: 'Raise the cap, or narrow the phase.',
      };
    }
    case 'budget/price-unknown':
      return {
        message: `\`${fault.model}\` has no known price and no token cap is set.`,
        remedy: 'Set its price under `models.prices`, or a cap under `budget.tokens`.',
      };
    case 'budget/time-exceeded':
      return {
        message: `The phase used its ${fault.minutes} minutes.`,
        remedy: 'Raise `budget.minutes`, or narrow the phase.',
      };
    case 'repository/none':
      return {
        message: `${fault.directory} is not in a git repository.`,
        remedy: 'Run `git init` and commit once, or name a repository with `--repo`.',
      };
    case 'repository/no-commit':
      return {
        message: `The repository at ${fault.directory} has no commit yet.`,
        remedy: 'Commit once, then run the phase.',
      };
    case 'repository/bare':
      return {
        message: `The repository at ${fault.directory} is bare.`,
        remedy: 'Use a clone that has a working tree.',
      };
    case 'repository/unsafe':
      return {
        message: `The repository at ${fault.directory} is not used: ${fault.detail}`,
        remedy: 'Look at how it is set up; use a fresh clone if in doubt.',
      };
    case 'repository/busy':
      return {
        message: `A ${fault.operation} is in progress in this repository.`,
        remedy: 'Finish or abort it, then try again; the change is kept.',
      };
    case 'repository/detached':
      return {
        message: 'HEAD is detached, so there is no branch to land on.',
        remedy: 'Switch to a branch, or set `landing.branch` to `run`.',
      };
    case 'repository/dirty-path':
      return {
        message: `Edits of yours are in the way: ${list(fault.paths)}.`,
        remedy: 'Commit or stash them, then approve again; the change is kept.',
      };
    case 'repository/path-exists':
      return {
        message: `Files of yours that git does not track are in the way: ${list(fault.paths)}.`,
        remedy: 'Move them away, then approve again; the change is kept.',
      };
    case 'repository/locked':
      return {
        message: `The repository is in use${fault.holder ? ` by ${fault.holder}` : ''} (\`${fault.lock}\`).`,
        remedy: 'Wait until it is done; if nothing is running, remove that lock file.',
      };
    case 'repository/moved':
      return {
        message: `\`${branchName(fault.branch)}\` moved meanwhile.`,
        remedy: 'Do it again; before a change lands its checks run again on the new state.',
      };
    case 'repository/conflict':
      return {
        message: `Commit ${fault.commit} no longer fits: later changes touch ${list(fault.paths)}.`,
        remedy: 'Resolve it by hand with `git revert`, or roll back the later commits first.',
      };
    case 'repository/unsupported':
      return { message: fault.detail, remedy: 'Land this change by hand from its patch.' };
    case 'git/missing':
      return { message: `git cannot be run: ${fault.detail}`, remedy: 'Install git 2.38 or newer.' };
    case 'git/failed':
      return {
        message: `\`git ${fault.command}\` failed${fault.exitCode === null ? '' : ` (${fault.exitCode})`}: ${fault.detail}`,
        remedy: 'Read its message; your files are as they were.',
      };
    case 'run/not-found':
      return {
        message: `There is no run \`${fault.selector}\`.`,
        remedy: 'See `countersign status` for the runs here.',
      };
    case 'run/not-resumable':
      return {
        message: `Run ${fault.run} cannot be resumed: ${fault.detail}`,
        remedy: 'Wait until it ends, or start a new run of the plan.',
      };
    case 'run/changed':
      return {
        message: `What run ${fault.run} was begun with has changed: ${fault.differences.join('; ')}.`,
        remedy: 'Put it back and resume, or resume with --accept-changes.',
      };
    case 'run/not-live':
      return {
        message: `Run ${fault.run} is not under way.`,
        remedy: `See \`countersign status\`; \`countersign resume ${fault.run}\` goes on with it.`,
      };
    case 'run/no-answer':
      return {
        message: `The process that runs ${fault.run} did not take the request up within ${fault.seconds} s.`,
        remedy: 'It will when it is able to; see `countersign status`.',
      };
    case 'run/not-controllable':
      return { message: `${fault.selector}: ${fault.detail}`, remedy: 'See `countersign status` for how it stands.' };
    case 'run/too-large':
      return {
        message: `The run has ${fault.phases} phases; ${fault.limit} are allowed.`,
        remedy: 'Split the plan, or raise `limits.phases` in your own configuration.',
      };
    case 'serve/port-taken':
      return {
        message: `Port ${fault.port} cannot be used.`,
        remedy: 'Name another with --port, or leave it out: a free one is taken.',
      };
    case 'review/nothing-pending':
      return {
        message: `Nothing waits for a signature in \`${fault.selector}\`.`,
        remedy: 'See `countersign status` for what does.',
      };
    case 'review/evidence-stale':
      return {
        message: `The evidence of \`${fault.phase}\` is out of date: ${fault.detail}`,
        remedy: 'Check again, then approve.',
      };
    case 'rollback/nothing-landed':
      return { message: `Nothing landed in \`${fault.selector}\`.`, remedy: 'See `countersign status` for what did.' };
    case 'rollback/built-upon':
      return {
        message: `\`${branchName(fault.branch)}\` went on after the landing; it is at ${fault.commit.slice(0, 10)}.`,
        remedy: 'Use `countersign rollback`: it takes the landing back with a commit and keeps what came after.',
      };
    case 'rollback/not-on-branch':
      return {
        message: `\`${branchName(fault.branch)}\` no longer holds what landed there.`,
        remedy: 'See `countersign save-points` for states that are kept.',
      };
    case 'rollback/no-save-point':
      return {
        message: `There is no save point \`${fault.selector}\`.`,
        remedy: 'See `countersign save-points` for those there are.',
      };
    case 'rollback/no-branch':
      return {
        message: `The branch \`${branchName(fault.branch)}\` is gone.`,
        remedy: 'Make it with `git branch` at any commit, then restore again.',
      };
    case 'rollback/already-there':
      return {
        message: `\`${branchName(fault.branch)}\` is at ${fault.commit.slice(0, 10)} already.`,
        remedy: 'Choose another state with `countersign save-points`.',
      };
    case 'store/newer':
      return {
        message: `${fault.file} was written by a newer Countersign (version ${fault.version}).`,
        remedy: 'Update Countersign; until then the history can only be read.',
      };
    case 'store/accounts-unavailable':
      return {
        message: `What is spent over all folders cannot be kept in ${fault.file}; the caps of a day and a month count this folder alone: ${fault.detail}`,
        remedy: 'Make it writable, or name another place in XDG_STATE_HOME.',
      };
    case 'store/damaged':
      return {
        message: `${fault.file} was damaged${fault.setAside ? ` and set aside as ${fault.setAside}` : ''}.`,
        remedy: fault.setAside
          ? 'A new history was started; keep the old file if you need it.'
          : 'Run `countersign doctor`.',
      };
    case 'environment/node-too-old':
      return {
        message: `Countersign needs Node ${fault.needed} or newer; this is ${fault.version}.`,
        remedy: 'Install a newer Node.',
      };
    case 'environment/disk-full':
      return {
        message: `No space is left at ${fault.path}.`,
        remedy: 'Free some space, then run again; nothing was lost.',
      };
    case 'demo/unexpected':
      return {
        message: `The example ended otherwise than it should: ${fault.detail}.`,
        remedy: 'With a real model that can happen; with recorded replies it is a defect to report.',
      };
    case 'interrupted':
      return { message: 'Interrupted.', remedy: 'Run it again to go on; what had landed stays.' };
    case 'internal/defect':
      return {
        message: `Countersign failed: ${fault.detail}`,
        remedy: 'Report it with this text; your files are as they were.',
      };
    default:
      return assertNever(fault);
  }
}

function branchName(ref: string): string {
  return ref.replace('refs/heads/', '');
}
