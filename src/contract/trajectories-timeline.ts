import type { CheckResult } from '../domain/checks.ts';
import { describeFindings, diffStat } from '../domain/describe-event.ts';
import { describeFault } from '../domain/describe-fault.ts';
import type { EngineEvent, EventOf } from '../domain/event.ts';
import type { Fault } from '../domain/fault.ts';
import { addSpend, noSpend, type Spend } from '../domain/money.ts';
import type { Staged } from '../domain/proposal.ts';
import { amountOf } from './amount.ts';
import { builderStepOf, type ToldStep } from './trajectories-builder-steps.ts';
import { attemptWords, decisionWords, verdictViewOf } from './trajectories-outcome.ts';
import type { AttemptView, FindingView, Outcome, Step, VerdictView } from './trajectories-phase.ts';
import { localize } from './words.ts';

/** The steps of one phase, built up from its events in their order. */
export interface Timeline {
  add(event: EngineEvent): void;
  /** In the order in which they began. Nothing is shown as running unless `live`. */
  steps(live: boolean): readonly Step[];
  attempts(live: boolean): readonly AttemptView[];
  findings(): readonly FindingView[];
  verdicts(): readonly VerdictView[];
  /** The result behind a step of kind `check`; null while it runs and for other steps. */
  check(stepId: string): CheckResult | null;
  /** What an event told of a step besides; nothing for most. */
  texts(stepId: string): ToldStep['texts'];
  /** The canonical patch of an attempt; null where none was staged. */
  staged(attempt: number): Staged | null;
}

interface Attempt {
  readonly start: EventOf<'attempt-start'>;
  endMs: number | null;
  spend: Spend;
  staged: EventOf<'patch-staged'> | null;
  refused: Fault | null;
  verdict: EventOf<'verdict-reached'> | null;
  decision: EventOf<'review-decided'> | null;
  end: string | null;
  findings: readonly FindingView[];
  /** Results came one by one, so that the report at the end tells nothing new. */
  sawChecks: boolean;
}

interface State {
  readonly steps: Map<string, Step>;
  readonly attempts: Map<number, Attempt>;
  readonly checks: Map<string, CheckResult>;
  readonly texts: Map<string, ToldStep['texts']>;
  /** End of the step before, where a step that only says when it ended is taken to begin. */
  lastMs: number;
}

export function createTimeline(): Timeline {
  const state: State = { steps: new Map(), attempts: new Map(), checks: new Map(), texts: new Map(), lastMs: 0 };
  return {
    add: (event) => add(state, event),
    steps: (live) =>
      [...state.steps.values()].map((step) => settled(step, state, live)).sort((a, b) => a.startMs - b.startMs),
    attempts: (live) => [...state.attempts.values()].map((attempt) => attemptViewOf(attempt, live)),
    findings: () => [...state.attempts.values()].flatMap(({ findings }) => findings),
    verdicts: () =>
      [...state.attempts.values()].flatMap(({ start, verdict, decision }) =>
        verdict ? [verdictViewOf(start.attempt ?? 1, verdict, decision)] : [],
      ),
    check: (stepId) => state.checks.get(stepId) ?? null,
    texts: (stepId) => state.texts.get(stepId) ?? [],
    staged: (attempt) => state.attempts.get(attempt)?.staged?.staged ?? null,
  };
}

export const shortModel = (model: string) => model.slice(model.indexOf('/') + 1);

/** What of a step is not the same for all. */
type Draft = Pick<Step, 'id' | 'kind' | 'name' | 'startMs' | 'endMs'> & Partial<Step>;

const blank = { subject: '', outcome: 'neutral', note: '', model: null, tokens: null, amount: null } as const;

function put(state: State, event: EngineEvent, draft: Draft): void {
  state.steps.set(draft.id, { ...blank, attempt: event.attempt ?? 0, ...draft });
  if (draft.endMs !== null) state.lastMs = Math.max(state.lastMs, draft.endMs);
}

/** A step that happened between the one before and now. */
function until(state: State, atMs: number): Pick<Step, 'startMs' | 'endMs'> {
  const since = state.lastMs === 0 ? atMs : state.lastMs;
  return { startMs: Math.min(since, atMs), endMs: atMs };
}

function add(state: State, event: EngineEvent): void {
  const atMs = Date.parse(event.at);
  const attempt = state.attempts.get(event.attempt ?? 0);
  switch (event.type) {
    case 'phase-start':
      state.lastMs = atMs;
      break;
    case 'attempt-start':
      startAttempt(state, event, atMs);
      break;
    case 'call-start':
    case 'call-retry':
    case 'call-end':
      addCall(state, event, atMs);
      break;
    case 'patch-staged': {
      const { repairs, files } = event.staged;
      const mended =
        repairs.length > 0
          ? `, ${repairs.length === 1 ? localize('1 repair') : localize('{0} repairs', repairs.length)}`
          : '';
      const note = `${diffStat(files, localize)}${mended}`;
      put(state, event, {
        id: event.eventId,
        kind: 'stage',
        name: localize('Stage change'),
        note,
        ...until(state, atMs),
      });
      if (attempt) attempt.staged = event;
      break;
    }
    case 'patch-refused': {
      const note = describeFault(event.fault, localize).message;
      const how = { outcome: 'bad', note } as const;
      put(state, event, {
        id: event.eventId,
        kind: 'stage',
        name: localize('Stage change'),
        ...how,
        ...until(state, atMs),
      });
      if (attempt) attempt.refused = event.fault;
      break;
    }
    case 'scan-end': {
      const { findings } = event.scan;
      const how = { outcome: outcomeOfFindings(findings), note: describeFindings(findings, localize) };
      put(state, event, { id: event.eventId, kind: 'scan', name: localize('Rules'), ...how, ...until(state, atMs) });
      if (attempt) attempt.findings = findings.map((finding) => findingViewOf(finding, event.attempt));
      break;
    }
    case 'check-start':
    case 'check-end':
    case 'checks-end':
      addChecks(state, event, atMs);
      break;
    case 'audit-end':
      addAudit(state, event);
      break;
    case 'verdict-reached': {
      if (attempt) attempt.verdict = event;
      const view = verdictViewOf(event.attempt ?? 1, event, null);
      const how = { outcome: view.outcome, note: view.sentence, startMs: atMs, endMs: atMs };
      put(state, event, { id: event.eventId, kind: 'verdict', name: localize('Verdict'), ...how });
      break;
    }
    default:
      if (!addTold(state, event, atMs)) addEnd(state, event, atMs);
  }
}

function addTold(state: State, event: EngineEvent, atMs: number): boolean {
  const told = builderStepOf(event);
  if (!told) return false;
  const { step, seconds, texts } = told;
  const times = seconds === null ? until(state, atMs) : { startMs: Math.round(atMs - seconds * 1000), endMs: atMs };
  put(state, event, { id: event.eventId, ...step, ...times });
  state.texts.set(event.eventId, texts);
  return true;
}

function startAttempt(state: State, event: EventOf<'attempt-start'>, atMs: number): void {
  for (const before of state.attempts.values()) before.endMs ??= atMs;
  // An attempt of the same number that a crash cut off is made again: its steps stay, they were paid for.
  state.attempts.set(event.attempt ?? 1, {
    start: event,
    endMs: null,
    spend: state.attempts.get(event.attempt ?? 1)?.spend ?? noSpend,
    staged: null,
    refused: null,
    verdict: null,
    decision: null,
    end: null,
    findings: [],
    sawChecks: false,
  });
  state.lastMs = Math.max(state.lastMs, atMs);
}

const roleNames = () =>
  ({
    builder: localize('Builder'),
    auditor: localize('Audit'),
    reflector: localize('Reflect'),
    aggregator: localize('Aggregate'),
    judge: localize('Judge'),
    planner: localize('Plan'),
  }) as const;

function addCall(state: State, event: EventOf<'call-start' | 'call-retry' | 'call-end'>, atMs: number): void {
  if (event.type === 'call-retry') {
    const subject = event.fault.code === 'model/rate-limited' ? localize('rate limit') : localize('server');
    const endMs = atMs + event.afterSeconds * 1000;
    const note = localize(
      '{0} Tried again after {1} s.',
      describeFault(event.fault, localize).message,
      Math.ceil(event.afterSeconds),
    );
    put(state, event, { id: event.eventId, kind: 'wait', name: localize('Wait'), subject, startMs: atMs, endMs, note });
    return;
  }
  const { callId, role, model } = event;
  const audits = role === 'auditor' && event.component !== undefined && event.component !== role;
  const known = state.steps.get(callId);
  const draft = {
    id: callId,
    kind: 'call',
    name: roleNames()[role],
    subject: known?.subject ?? (audits ? String(event.component) : shortModel(model)),
    model,
  } as const;
  if (event.type === 'call-start') {
    put(state, event, { ...draft, startMs: atMs, endMs: null, outcome: 'live' });
    return;
  }
  const startMs = known?.startMs ?? Math.round(atMs - event.seconds * 1000);
  const { tokens, cost, fault } = event;
  const how = fault ? ({ outcome: 'bad', note: describeFault(fault, localize).message } as const) : {};
  put(state, event, { ...draft, startMs, endMs: atMs, tokens, amount: amountOf(cost), ...how });
  const attempt = state.attempts.get(event.attempt ?? 0);
  if (attempt) attempt.spend = addSpend(attempt.spend, { calls: 1, tokens, cost });
}

function checkWords({ outcome, exitCode, tries }: CheckResult): string {
  const again = tries > 1 ? localize(', {0} tries', tries) : '';
  if (outcome === 'timed-out') return localize('stopped at its time limit{0}', again);
  if (outcome === 'not-startable') return localize('could not be started');
  return localize('exit {0}{1}', exitCode ?? localize('by a signal'), again);
}

function putCheck(state: State, event: EngineEvent, id: string, result: CheckResult, endMs: number): void {
  const startMs = state.steps.get(id)?.startMs ?? Math.round(endMs - result.seconds * 1000);
  const outcome: Outcome = result.outcome === 'passed' ? 'good' : 'bad';
  state.checks.set(id, result);
  const times = { startMs, endMs, outcome, note: checkWords(result) };
  put(state, event, { id, kind: 'check', name: localize('Check'), subject: result.command, ...times });
}

function addChecks(state: State, event: EventOf<'check-start' | 'check-end' | 'checks-end'>, atMs: number): void {
  const attempt = state.attempts.get(event.attempt ?? 0);
  const running = [...state.steps.values()].find((step) => step.kind === 'check' && step.endMs === null);
  if (event.type === 'check-start') {
    const how = { startMs: atMs, endMs: null, outcome: 'live' } as const;
    put(state, event, { id: event.eventId, kind: 'check', name: localize('Check'), subject: event.command, ...how });
    if (attempt) attempt.sawChecks = true;
    return;
  }
  if (event.type === 'check-end') {
    putCheck(state, event, running?.id ?? event.eventId, event.result, atMs);
    if (attempt) attempt.sawChecks = true;
    return;
  }
  const { results, withheld } = event.report;
  if (withheld !== null) {
    const how = { note: withheld, outcome: 'warning', startMs: atMs, endMs: atMs } as const;
    put(state, event, {
      id: event.eventId,
      kind: 'check',
      name: localize('Check'),
      subject: localize('not run'),
      ...how,
    });
  }
  if (attempt?.sawChecks) return;
  let endMs = atMs;
  for (const [index, result] of [...results.entries()].reverse()) {
    putCheck(state, event, `${event.eventId}/${index}`, result, endMs);
    endMs -= Math.round(result.seconds * 1000);
  }
}

function outcomeOfFindings(findings: readonly { readonly severity: string }[]): Outcome {
  if (findings.some(({ severity }) => severity === 'major')) return 'bad';
  return findings.length > 0 ? 'warning' : 'good';
}

function findingViewOf(
  finding: EventOf<'audit-end'>['audit']['findings'][number],
  attempt: number | undefined,
): FindingView {
  const { fingerprint: _, ...shown } = finding;
  return { attempt: attempt ?? 1, ...shown };
}

/** What the reviewers said goes to the calls that they said it in. */
function addAudit(state: State, event: EventOf<'audit-end'>): void {
  const { findings, panel } = event.audit;
  const attempt = state.attempts.get(event.attempt ?? 0);
  if (attempt) attempt.findings = findings.map((finding) => findingViewOf(finding, event.attempt));
  for (const step of state.steps.values()) {
    if (step.kind !== 'call' || step.attempt !== event.attempt || step.name !== roleNames().auditor) continue;
    const failure = panel.find(({ component }) => component === step.subject)?.failure;
    const own = findings.filter(({ component }) => component === step.subject);
    const how = failure
      ? ({ outcome: 'bad', note: failure } as const)
      : { outcome: outcomeOfFindings(own), note: describeFindings(own, localize) };
    state.steps.set(step.id, { ...step, ...how });
  }
}

function addEnd(state: State, event: EngineEvent, atMs: number): void {
  const attempt = state.attempts.get(event.attempt ?? 0) ?? [...state.attempts.values()].at(-1);
  const now = { startMs: atMs, endMs: atMs };
  switch (event.type) {
    case 'review-requested':
      put(state, event, {
        id: `review-${event.attempt ?? 0}`,
        kind: 'person',
        name: localize('Wait'),
        subject: localize('your signature'),
        startMs: atMs,
        endMs: null,
        outcome: 'warning',
        note: event.reasons.join(' '),
      });
      break;
    case 'review-decided': {
      const id = `review-${event.attempt ?? 0}`;
      const startMs = state.steps.get(id)?.startMs ?? atMs;
      const outcome: Outcome = event.decision === 'approve' ? 'good' : 'bad';
      const times = { startMs, endMs: atMs, outcome, note: decisionWords(event) };
      put(state, event, { id, kind: 'person', name: localize('Wait'), subject: localize('your signature'), ...times });
      if (attempt) attempt.decision = event;
      break;
    }
    case 'phase-landed': {
      const note = event.landing.commit.slice(0, 7);
      const how = { name: localize('Land'), outcome: 'good', note } as const;
      put(state, event, { id: event.eventId, kind: 'landing', ...how, ...now });
      break;
    }
    case 'phase-rolled-back': {
      const note = localize('by {0}', event.commit.slice(0, 7));
      put(state, event, { id: event.eventId, kind: 'landing', name: localize('Roll back'), note, ...now });
      break;
    }
    case 'phase-undone':
      put(state, event, {
        id: event.eventId,
        kind: 'landing',
        name: localize('Undo'),
        note: localize('taken off its branch'),
        ...now,
      });
      break;
    case 'phase-end':
      for (const open of state.attempts.values()) open.endMs ??= atMs;
      if (attempt) attempt.end = event.state === 'landed' ? null : event.reason;
      break;
    case 'notice':
    case 'budget-warning':
      if (event.type === 'notice' && event.level === 'info') break;
      put(state, event, {
        id: event.eventId,
        kind: 'notice',
        name: localize('Notice'),
        outcome: 'warning',
        note: event.message,
        ...now,
      });
      break;
    default:
      break;
  }
}

/** A call or check without an end, in a run that is not live, was cut off with its program. */
function settled(step: Step, state: State, live: boolean): Step {
  if (step.endMs !== null || live || step.kind === 'person') return step;
  const endMs = Math.max(step.startMs, state.lastMs);
  return { ...step, endMs, outcome: 'bad', note: localize('cut off') };
}

function attemptViewOf(attempt: Attempt, live: boolean): AttemptView {
  const { start, endMs, spend, staged, verdict, refused, decision, end } = attempt;
  const running = live && endMs === null;
  return {
    number: start.attempt ?? 1,
    model: start.model,
    reason: start.reason,
    tier: start.route?.tier ?? null,
    difficulty: start.route?.difficulty ?? null,
    startMs: Date.parse(start.at),
    endMs,
    ...attemptWords({ running, verdict, refused, decision, end }),
    calls: spend.calls,
    tokens: spend.tokens,
    amount: amountOf(spend.cost),
    files: staged?.staged.files ?? null,
  };
}
