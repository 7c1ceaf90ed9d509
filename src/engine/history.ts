import { type CheckReport, checksPassed } from '../domain/checks.ts';
import type { ModelTier } from '../domain/config.ts';
import type { EngineEvent, EventOf } from '../domain/event.ts';
import type { Because } from '../domain/verdict.ts';
import { becauseOfFault, becauseOfPerson } from './failure.ts';
import type { Feedback } from './ports/builder.ts';
import type { KeptReply } from './ports/calls.ts';
import type { Verifier } from './ports/checks.ts';

/** One going-at-it of a phase: from its `phase-start` to whatever came of it. */
export interface Passage {
  readonly phaseId: string;
  readonly start: EventOf<'phase-start'>;
  /** Up to its end, and what a person decided after that. */
  readonly events: readonly EngineEvent[];
  /** Number of its first attempt, whether or not that had begun. */
  readonly firstAttempt: number;
  /** What a person asked for, where that is what it began with. */
  readonly asked: Feedback | null;
  /** Null where its process died before it came to an end. */
  readonly end: EventOf<'phase-end'> | null;
}

/** What was gone through for one phase, oldest first. One that began again at the same attempt replaces the earlier. */
export function passagesOf(events: readonly EngineEvent[], phaseId: string): readonly Passage[] {
  const own = events.filter((event) => event.phaseId === phaseId);
  const passages: Passage[] = [];
  let attempts = 0;
  for (const [index, start] of own.entries()) {
    if (start.type !== 'phase-start') continue;
    const next = own.findIndex((event, at) => at > index && event.type === 'phase-start');
    const rest = own.slice(index + 1, next === -1 ? undefined : next);
    const firstAttempt = rest.find((event) => event.type === 'attempt-start')?.attempt ?? attempts + 1;
    attempts = Math.max(attempts, ...rest.map((event) => event.attempt ?? 0));
    const end = rest.find((event) => event.type === 'phase-end') ?? null;
    const asked = askedBefore(own.slice(0, index));
    while ((passages.at(-1)?.firstAttempt ?? 0) >= firstAttempt) passages.pop();
    passages.push({ phaseId, start, events: rest, firstAttempt, asked, end });
  }
  return passages;
}

/** A person's note stands right before the passage that follows from it. */
function askedBefore(events: readonly EngineEvent[]): Feedback | null {
  const decided = events.findLast((event) => event.type === 'review-decided' || event.type === 'phase-end');
  if (decided?.type !== 'review-decided' || decided.decision !== 'revise') return null;
  const staged = events.findLast((event) => event.type === 'patch-staged');
  const previous = staged?.staged.patch ?? null;
  return { because: becauseOfPerson(decided.note ?? ''), reflection: null, previous };
}

/** The commit that each attempt was written against. */
export function basesOf({ events, start, firstAttempt }: Passage): ReadonlyMap<number, string> {
  const bases = new Map([[firstAttempt, start.base]]);
  for (const event of events) {
    if (event.type === 'attempt-start' && event.base && event.attempt) bases.set(event.attempt, event.base);
  }
  return bases;
}

/** The tiers of attempts whose request was answered, where a tier chose their model. */
export function tiersOf({ events }: Passage, answered: ReadonlySet<number>): ReadonlyMap<number, ModelTier> {
  return new Map(
    events.flatMap((event) => {
      if (event.type !== 'attempt-start' || !event.attempt || !answered.has(event.attempt)) return [];
      return event.route?.tier ? [[event.attempt, event.route.tier] as const] : [];
    }),
  );
}

/** What an attempt was told of the one before it. */
export function feedbackBefore(passage: Passage, attempt: number, calls: readonly KeptReply[]): Feedback | null {
  if (attempt <= passage.firstAttempt) return passage.asked;
  const before = passage.events.filter((event) => event.attempt === attempt - 1);
  const because = becauseOf(before);
  if (!because) return null;
  const reflected = before.findLast((event) => event.type === 'reflection-made');
  const proposed = calls.findLast(
    ({ scope, role, reply }) =>
      scope.phaseId === passage.phaseId && scope.attempt === attempt - 1 && role === 'builder' && reply !== null,
  );
  return { because, reflection: reflected?.reflection ?? null, previous: proposed?.reply ?? null };
}

function becauseOf(events: readonly EngineEvent[]): Because | null {
  const last = events.findLast(
    ({ type }) => type === 'reflection-made' || type === 'verdict-reached' || type === 'patch-refused',
  );
  if (last?.type === 'reflection-made') return last.because;
  if (last?.type === 'patch-refused') return becauseOfFault(last.fault);
  if (last?.type !== 'verdict-reached') return null;
  return last.verdict.type === 'revise' || last.verdict.type === 'stop' ? last.verdict.because : null;
}

/** Check reports that were made, the newest of each tree. One that an environment spoilt is no evidence. */
export function reportsOf(events: readonly EngineEvent[]): ReadonlyMap<string, CheckReport> {
  const reports = events.flatMap((event) => (event.type === 'checks-end' ? [event] : []));
  const sound = reports.filter(
    ({ report }) => checksPassed(report) || report.results.some(({ outcome }) => outcome === 'failed'),
  );
  return new Map(sound.map((event) => [`${event.phaseId} ${event.report.tree}`, event.report]));
}

/** Does not run again what was run on the very same tree for the same phase: the evidence is there. */
export function rememberingVerifier(verifier: Verifier, reports: ReadonlyMap<string, CheckReport>): Verifier {
  return {
    ...verifier,
    async run(scope, spec, staged, scan, options, progress, signal) {
      const known = reports.get(`${scope.phaseId} ${staged.tree}`);
      if (known && known.withheld === null && !options.signed) return known;
      return verifier.run(scope, spec, staged, scan, options, progress, signal);
    },
  };
}
