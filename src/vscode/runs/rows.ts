import { riskWord } from '../../contract/state-words.ts';
import { counted, localize, readerLanguage, wholeNumber } from '../../contract/words.ts';
import { describeTakenBack, diffStat } from '../../domain/describe-event.ts';
import { formatCost, type Spend } from '../../domain/money.ts';
import type { FailureReason, PhaseRecord, PhaseState, RunState } from '../../domain/run.ts';
import { titleOf } from '../../domain/spec.ts';
import type { Attempt } from './attempts.ts';

/** A row of the Runs tree, in words; without a word of VS Code's interface. */
export interface Row {
  readonly label: string;
  readonly description: string;
  /** Name of a codicon, and of a theme colour where it has one. */
  readonly icon: string;
  readonly color: string | null;
  /** `level.state`, for the menus. */
  readonly contextValue: string;
  /** Markdown lines; texts of others are to be escaped by who shows it. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** What rows of runs need; the ledger's own summaries fit. */
export interface RunFacts {
  readonly id: string;
  readonly goal: string;
  readonly state: RunState;
  readonly reason: string | null;
  readonly recorded: boolean;
  readonly startedAt: string;
  readonly phases: number;
  readonly landed: number;
  readonly waiting: number;
  readonly spend: Spend;
}

const blue = 'charts.blue';
const green = 'charts.green';
const yellow = 'charts.yellow';
const red = 'errorForeground';
type Look = readonly [icon: string, color: string | null];

const runLooks: Record<RunState, Look> = {
  planning: ['sync~spin', blue],
  running: ['sync~spin', blue],
  paused: ['debug-pause', null],
  'awaiting-review': ['person', yellow],
  done: ['pass', green],
  failed: ['error', red],
  cancelled: ['circle-slash', null],
};

const phaseLooks: Record<PhaseState, Look> = {
  queued: ['circle-outline', null],
  building: ['sync~spin', blue],
  checking: ['beaker', blue],
  auditing: ['eye', blue],
  'awaiting-review': ['person', yellow],
  landing: ['sync~spin', blue],
  landed: ['git-commit', green],
  rejected: ['error', red],
  stuck: ['debug-disconnect', red],
  failed: ['error', red],
  cancelled: ['circle-slash', null],
};

const failureLooks: Record<FailureReason, Look> = {
  budget: ['credit-card', 'editorWarning.foreground'],
  policy: ['shield', red],
  environment: ['plug', 'editorWarning.foreground'],
  fault: ['error', red],
};

const stateWords: () => Record<PhaseState, string> = () => ({
  queued: localize('waits for its turn'),
  building: localize('building'),
  checking: localize('checking'),
  auditing: localize('in review'),
  'awaiting-review': localize('waits for your signature'),
  landing: localize('landing'),
  landed: localize('landed'),
  rejected: localize('not landed'),
  stuck: localize('stuck'),
  failed: localize('stopped'),
  cancelled: localize('not started'),
});

const joined = (...parts: readonly (string | null)[]) =>
  parts.filter((part) => part !== null && part !== '').join(' · ');
const costOf = (spend: Spend) => (spend.calls === 0 ? null : formatCost(spend.cost, localize));
const firstLine = (text: string) => text.trim().split('\n', 1)[0] as string;

/** Such as `09:14`, today; with the day before today. */
export function timeOf(iso: string, now: Date): string {
  const at = new Date(iso);
  const { time, date } = formats();
  if (at.toDateString() === now.toDateString()) return time.format(at);
  return `${date.format(at)} ${time.format(at)}`;
}

interface Formats {
  readonly time: Intl.DateTimeFormat;
  readonly date: Intl.DateTimeFormat;
}
let made: Formats | null = null;

/** Made once and at first use: each takes some milliseconds, and a tree has hundreds of rows. */
function formats(): Formats {
  made ??= {
    time: new Intl.DateTimeFormat(readerLanguage(), { hour: '2-digit', minute: '2-digit', hour12: false }),
    date: new Intl.DateTimeFormat(readerLanguage(), { day: 'numeric', month: 'short' }),
  };
  return made;
}

function runProgress({ state, phases, landed, waiting, reason }: RunFacts): string {
  switch (state) {
    case 'planning':
    case 'running':
      return localize('{0} of {1} landed', landed, phases);
    case 'awaiting-review':
      return localize('{0} to sign', waiting);
    case 'done':
      // Nothing of a whole run stands any more.
      return landed === 0 ? localize('rolled back') : localize('{0} landed', landed);
    case 'cancelled':
      return localize('stopped by you');
    case 'paused':
      return localize('paused');
    default:
      return landed > 0
        ? localize('{0} of {1} landed', landed, phases)
        : firstLine(reason ?? localize('nothing landed'));
  }
}

export function rowOfRun(run: RunFacts, live: boolean, now: Date): Row {
  // A run whose program died has no end, and is not live either.
  const cutOff = (run.state === 'running' || run.state === 'planning' || run.state === 'paused') && !live;
  const [icon, color] = cutOff ? (['circle-slash', null] as const) : runLooks[run.state];
  const progress = cutOff ? localize('cut off') : runProgress(run);
  return {
    label: firstLine(run.goal),
    description: joined(progress, costOf(run.spend), timeOf(run.startedAt, now)),
    icon,
    color,
    contextValue: contextOfRun(run, cutOff),
    facts: facts(
      [localize('State'), joined(progress, run.reason)],
      [localize('Phases'), localize('{0}, {1} landed', run.phases, run.landed)],
      [
        localize('Cost'),
        run.recorded
          ? localize('{0} (recorded replies, no model was called)', formatCost(run.spend.cost, localize))
          : formatCost(run.spend.cost, localize),
      ],
      [localize('Tokens'), tokensOf(run.spend)],
      [localize('Started'), timeOf(run.startedAt, now)],
      [localize('Run'), run.id],
    ),
  };
}

/** `done` where something landed that can be taken back; `resumable` where it stopped before its end. */
function contextOfRun({ landed, state }: RunFacts, cutOff: boolean): string {
  const isLive = (state === 'running' || state === 'paused') && !cutOff;
  const stands = landed > 0 && !isLive ? 'done' : cutOff ? 'cut-off' : state;
  return `run.${stands}${cutOff || state === 'cancelled' || state === 'failed' ? '.resumable' : ''}`;
}

function phaseProgress(phase: PhaseRecord): string {
  const { state, rolledBack, landing, staged, risk, reason } = phase;
  if (rolledBack !== null) return rolledBack.startsWith('refs/') ? localize('undone') : localize('rolled back');
  switch (state) {
    case 'landed':
      return landing?.commit.slice(0, 7) ?? localize('landed');
    case 'awaiting-review':
      return joined(staged && diffStat(staged.files, localize), risk && localize('{0} risk', riskWord(risk.level)));
    case 'rejected':
    case 'stuck':
    case 'failed':
    case 'cancelled':
      return firstLine(reason ?? stateWords()[state]);
    case 'building':
      return phase.attempts > 1 ? localize('building, attempt {0}', phase.attempts) : localize('building');
    default:
      return stateWords()[state];
  }
}

export function rowOfPhase(phase: PhaseRecord, signable: boolean): Row {
  const [icon, color] = lookOf(phase);
  return {
    label: titleOf(phase.spec),
    description: joined(phaseProgress(phase), costOf(phase.spend)),
    icon,
    color,
    contextValue: contextOfPhase(phase, signable),
    facts: facts(
      [localize('Goal'), phase.spec.goal.trim()],
      [
        localize('State'),
        phase.rolledBack === null ? stateWords()[phase.state] : describeTakenBack(phase.rolledBack, localize),
      ],
      [localize('Reason'), phase.reason ?? ''],
      [localize('Change'), phase.staged ? diffStat(phase.staged.files, localize) : ''],
      [localize('Attempts'), String(phase.attempts)],
      [localize('Cost'), formatCost(phase.spend.cost, localize)],
      [localize('Tokens'), tokensOf(phase.spend)],
    ),
  };
}

/** A failure says what kind it is: what can be done about a cap is not what can be done about a server. */
function contextOfPhase({ rolledBack, state, failure }: PhaseRecord, signable: boolean): string {
  const stands = rolledBack === null ? state : 'rolled-back';
  const kind = stands === 'failed' && failure ? `.${failure}` : '';
  return `phase.${stands}${kind}${signable ? '.signable' : ''}`;
}

function lookOf(phase: PhaseRecord): Look {
  if (phase.rolledBack !== null) return ['discard', null];
  if (phase.state === 'failed' && phase.failure) return failureLooks[phase.failure];
  return phaseLooks[phase.state];
}

const attemptLooks: Record<Attempt['outcome'], Look> = {
  live: ['sync~spin', blue],
  passed: ['pass', green],
  failed: ['error', red],
};

export function rowOfAttempt(attempt: Attempt): Row {
  const [icon, color] = attemptLooks[attempt.outcome];
  const model = attempt.model.slice(attempt.model.indexOf('/') + 1);
  return {
    label: localize('Attempt {0}', attempt.number),
    description: joined(attempt.because === null ? model : firstLine(attempt.because), costOf(attempt.spend)),
    icon,
    color,
    contextValue: `attempt.${attempt.outcome}`,
    facts: facts(
      [localize('Outcome'), attempt.because ?? attempt.outcome],
      [localize('Model'), `${attempt.model}, ${attempt.route}`],
      [localize('Cost'), formatCost(attempt.spend.cost, localize)],
      [localize('Tokens'), tokensOf(attempt.spend)],
    ),
  };
}

function tokensOf({ tokens, calls }: Spend): string {
  return localize(
    '{0} in → {1} out, {2}',
    wholeNumber(tokens.input),
    wholeNumber(tokens.output),
    counted(calls, '{0} call', '{0} calls'),
  );
}

function facts(...named: Row['facts']): Row['facts'] {
  return named.filter(([, value]) => value !== '');
}
