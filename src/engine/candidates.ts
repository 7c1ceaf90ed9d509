import type { Candidate } from '../domain/building.ts';
import { describeFault } from '../domain/describe-fault.ts';
import { EngineError, faultOf } from '../domain/engine-error.ts';
import type { EventDraft } from '../domain/event.ts';
import { featuresOf, type Scorer, scoreChange } from '../domain/scorer.ts';
import type { PhaseSpec } from '../domain/spec.ts';
import { emitFor, type RunContext } from './context.ts';
import { firstFailure } from './failure.ts';
import type { Assignment } from './ports/builder.ts';
import { type Tried, type TryInput, tryOnce } from './try-once.ts';

/** The first is asked as usual; the others are given room to differ. */
const temperatures = [undefined, 0.8, 0.4, 1, 0.6, 0.2, 0.9, 0.5] as const;

/** Told as they happen; everything else of a candidate is told once it is known which one the attempt goes on with. */
const toldAtOnce: ReadonlySet<EventDraft['type']> = new Set(['tool-used', 'notice']);

interface Entry {
  readonly number: number;
  readonly assignment: Assignment;
  readonly events: readonly EventDraft[];
  /** An error is what stopped it; the others go on without it. */
  readonly outcome: Tried | EngineError;
}

/**
 * As many proposals as the spec asks for, side by side, each staged and examined; the attempt goes on with the best. Each
 * call is reserved at its worst case before it is sent, so together they never take more than there is. Throws what
 * stopped the first where it stopped all of them.
 */
export async function tryCandidates(context: RunContext, input: TryInput, signal: AbortSignal): Promise<Tried> {
  const { spec, scope } = input.assignment;
  const count = spec.builder.candidates;
  if (count === 1) return tryOnce(context, input, signal);
  // Read before anything is paid for: a scorer that cannot be used is no reason to throw candidates away.
  const scorer = (await context.parts.scorer?.()) ?? null;
  const settled = await Promise.allSettled(
    Array.from({ length: count }, (_, at) => runEntry(context, input, at + 1, signal)),
  );
  // Nothing of a candidate goes on once this has thrown.
  const entries = settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
  const ranked = [...entries].sort((a, b) => compare(measure(a, scorer), measure(b, scorer)) || a.number - b.number);
  const best = ranked[0] as Entry;
  if (best.outcome instanceof EngineError) throw (entries[0] as Entry).outcome;
  const candidates = entries.map((entry) => candidateOf(entry, ranked.indexOf(entry) + 1, scorer));
  await emitFor(context, scope)({ type: 'candidates-ranked', stage: 'AGGREGATE', candidates });
  for (const event of best.events) await context.emit(event);
  return best.outcome;
}

async function runEntry(context: RunContext, input: TryInput, number: number, signal: AbortSignal): Promise<Entry> {
  const assignment = variantOf(context, input.assignment, number);
  const events: EventDraft[] = [];
  const emit: RunContext['emit'] = async (event) => {
    if (toldAtOnce.has(event.type)) await context.emit(event);
    else events.push(event);
  };
  try {
    const outcome = await tryOnce({ ...context, emit }, { ...input, assignment }, signal);
    return { number, assignment, events, outcome };
  } catch (error) {
    if (!(error instanceof EngineError) || error.fault.code === 'interrupted') throw error;
    return { number, assignment, events, outcome: error };
  }
}

/** Another model where the spec names several, else the same one at another temperature. */
function variantOf(context: RunContext, assignment: Assignment, number: number): Assignment {
  const model = modelFor(assignment.spec.builder, number);
  if (model !== null) return { ...assignment, model: context.models.for('builder', model) };
  const temperature = temperatures[(number - 1) % temperatures.length];
  return temperature === undefined ? assignment : { ...assignment, temperature };
}

function modelFor({ candidateModels }: PhaseSpec['builder'], number: number): string | null {
  if (!candidateModels || candidateModels.length === 0) return null;
  return candidateModels[(number - 1) % candidateModels.length] as string;
}

type Measure = readonly number[];

/**
 * Lower is better: how far it came and its open majors, then how unlikely the scorer finds it to land, where there is
 * one, then minors, risk and size. What was run and audited always comes before what a model of it says.
 */
function measure({ outcome, assignment }: Entry, scorer: Scorer | null): Measure {
  if (outcome instanceof EngineError) return [4];
  if (outcome.type === 'failed') return [3];
  const { majors, minors, lines } = countsOf(outcome);
  const { verdict, checks, risk } = outcome.examined;
  const far = verdict.type === 'land' || verdict.type === 'review' ? 0 : firstFailure(checks) ? 2 : 1;
  const unlikely = scorer ? [1 - likelihood(scorer, outcome, assignment)] : [];
  return [far, majors, ...unlikely, minors, risk.score, lines];
}

function likelihood(scorer: Scorer, { staged, examined }: Examined, { spec, scope }: Assignment): number {
  const about = { risk: examined.risk, attempt: scope.attempt, complexity: spec.complexity };
  return scoreChange(scorer, featuresOf(staged, about));
}

function compare(a: Measure, b: Measure): number {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const difference = (a[at] as number) - (b[at] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

type Examined = Extract<Tried, { type: 'examined' }>;

function countsOf({ staged, examined: { audit } }: Examined) {
  const majors = audit.findings.filter(({ severity }) => severity === 'major').length;
  const lines = staged.files.reduce((sum, { added, removed }) => sum + added + removed, 0);
  return { majors, minors: audit.findings.length - majors, lines };
}

function candidateOf({ number, assignment, outcome }: Entry, rank: number, scorer: Scorer | null): Candidate {
  const about = { number, rank, model: assignment.model.id, temperature: assignment.temperature ?? null };
  const nothing = { commit: null, majors: 0, minors: 0, lines: 0, risk: null };
  if (outcome instanceof EngineError) {
    return { ...about, ...nothing, outcome: 'failed', reason: describeFault(faultOf(outcome)).message, reply: null };
  }
  const reply = outcome.proposal?.reply ?? null;
  if (outcome.type === 'failed')
    return { ...about, ...nothing, outcome: 'refused', reason: outcome.because.summary, reply };
  const { staged, examined } = outcome;
  const failure = firstFailure(examined.checks);
  const counts = countsOf(outcome);
  const likely = scorer ? `${Math.round(100 * likelihood(scorer, outcome, assignment))} % likely to land, ` : '';
  const words = `${likely}${counts.majors} major, ${counts.minors} minor, risk ${examined.risk.score}, ${counts.lines} lines`;
  return {
    ...about,
    ...counts,
    commit: staged.commit,
    outcome: failure ? 'checks-failed' : 'passed',
    risk: examined.risk,
    reason: failure ? `${failure.command} did not pass` : words,
    reply,
  };
}
