import type { Role } from '../domain/config.ts';
import type { EngineEvent } from '../domain/event.ts';
import { noSpend } from '../domain/money.ts';
import type { Landing } from '../domain/proposal.ts';
import type { NotReplayable, ReplayDifference } from '../domain/replay.ts';
import { fail, ok } from '../domain/result.ts';
import type { PhaseOutcome, PhaseRecord } from '../domain/run.ts';
import type { PhaseSpec } from '../domain/spec.ts';
import type { LiveContext, RunContext } from './context.ts';
import { openControl } from './control.ts';
import { basesOf, feedbackBefore, type Passage, passagesOf } from './history.ts';
import { checkDifferences, firstDifference, type Milestone, milestoneOf } from './milestones.ts';
import type { KeptReply, ReplayWatch } from './ports/calls.ts';
import type { Verifier } from './ports/checks.ts';
import type { Repository } from './ports/repository.ts';
import { type PhaseEnding, runPhase } from './run-phase.ts';

/** What a replay found out so far; grows. */
export interface ReplayFindings {
  readonly differences: ReplayDifference[];
  readonly gaps: NotReplayable[];
  /** How many kept replies were played back. */
  replies: number;
}

/** What is known of one phase. */
export interface PhaseHistory {
  readonly spec: PhaseSpec;
  readonly phase: PhaseRecord | null;
  /** Of the whole run. */
  readonly events: readonly EngineEvent[];
  readonly calls: readonly KeptReply[];
  /** Where to begin; null for the first. */
  readonly attempt: number | null;
}

/** A day: what was cut off by a clock then is not cut off by ours. */
const mostMinutes = 24 * 60;

/** Plays one phase back, passage by passage, and compares. */
export async function replayPhase(
  context: RunContext,
  history: PhaseHistory,
  found: ReplayFindings,
  signal: AbortSignal,
): Promise<PhaseOutcome> {
  const { spec, phase, events, calls, attempt } = history;
  const passages = passagesOf(events, spec.id);
  const begins = attempt === null ? 0 : passages.findLastIndex(({ firstAttempt }) => firstAttempt <= attempt);
  if (passages.length === 0 && (phase?.attempts ?? 0) > 0) {
    found.gaps.push({ phaseId: spec.id, attempt: 0, about: '', why: 'not-kept' });
  }
  const own = calls.filter(({ scope }) => scope.phaseId === spec.id);
  const named = events.find((event) => event.type === 'run-start')?.models ?? {};
  let ending: PhaseEnding | null = null;
  let attempts = 0;
  for (const [index, passage] of passages.slice(Math.max(0, begins)).entries()) {
    const first = index === 0 ? Math.max(attempt ?? 0, passage.firstAttempt) : passage.firstAttempt;
    const played = await playPassage(context, { passage, first, calls: own, named }, found, signal);
    ending = played.ending;
    attempts = Math.max(attempts, played.attempts);
  }
  const { tokens, cost } = noSpend;
  return {
    id: spec.id,
    state: ending?.state ?? 'queued',
    reason: ending?.reason ?? null,
    attempts,
    commit: ending?.commit ?? null,
    tokens,
    costMicros: cost.micros,
    costLabel: cost.label,
  };
}

interface Played {
  readonly passage: Passage;
  /** Number of the attempt to begin with. */
  readonly first: number;
  readonly calls: readonly KeptReply[];
  /** Models that the run began with, by role. */
  readonly named: Readonly<Partial<Record<Role, string>>>;
}

async function playPassage(
  context: RunContext,
  played: Played,
  found: ReplayFindings,
  signal: AbortSignal,
): Promise<{ readonly ending: PhaseEnding; readonly attempts: number }> {
  const { passage, first, calls, named } = played;
  const { spec, tierId, base } = passage.start;
  if ((await context.parts.repository.resolve(base)) === null) {
    found.gaps.push({ phaseId: spec.id, attempt: first, about: '', why: 'base-gone' });
    return { ending: unplayed, attempts: 0 };
  }
  const comparison = compareWith(passage, first, found);
  const { emit, attempts } = countingAttempts(context.emit, comparison.observe);
  const control = openControl({
    runId: context.runId,
    emit: async () => {},
    inbox: null,
    signal,
    minutes: mostMinutes,
    phaseIds: new Set([spec.id]),
  });
  const replaying: LiveContext = {
    ...context,
    emit,
    control,
    closesRun: false,
    models: { ...context.models, ...context.parts.keptReplies.replaying(calls, comparison.watch, named) },
    parts: {
      ...context.parts,
      repository: replayRepository(context.parts.repository, context.plan.landsOn, passage),
      verifier: replayVerifier(context.parts.verifier, passage, comparison.differs),
      budget: { ...context.parts.budget, setCap() {} },
      store: {
        ...context.parts.store,
        phase: (runId, phaseId) => withoutSpend(context.parts.store.phase(runId, phaseId), attempts()),
      },
    },
  };
  try {
    const feedback = feedbackBefore(passage, first, calls);
    const earlier = { attempts: first - 1, feedback, bases: basesOf(passage), tiers: new Map() };
    const ending = await runPhase(replaying, { spec, tierId, earlier });
    comparison.end();
    return { ending, attempts: attempts() };
  } finally {
    control.end();
  }
}

const unplayed: PhaseEnding = { state: 'queued', failure: null, reason: null, fault: null, commit: null };

function countingAttempts(emit: RunContext['emit'], observe: (milestone: Milestone) => void) {
  let attempts = 0;
  const counting: RunContext['emit'] = (event) => {
    if (event.type === 'attempt-start') attempts = event.attempt ?? attempts;
    const milestone = milestoneOf(event);
    if (milestone) observe(milestone);
    return emit(event);
  };
  return { emit: counting, attempts: () => attempts };
}

function withoutSpend(phase: PhaseRecord | null, attempts: number): PhaseRecord | null {
  return phase && { ...phase, attempts, spend: noSpend };
}

/** The run stopped here because of something outside of it: what would have come next is not known. */
function wasCutOff({ end }: Passage): boolean {
  return end === null || end.state === 'cancelled' || end.state === 'failed';
}

type Told = Omit<ReplayDifference, 'phaseId'>;

function compareWith(passage: Passage, first: number, found: ReplayFindings) {
  const { phaseId, end } = passage;
  const upTo = end === null ? passage.events.length : passage.events.indexOf(end) + 1;
  const expected = passage.events
    .slice(0, upTo)
    .flatMap((event) => milestoneOf(event) ?? [])
    .filter(({ attempt, kind }) => kind === 'outcome' || attempt >= first);
  let isOver = false;
  const differs = (told: Told) => found.differences.push({ phaseId, ...told });
  const watch: ReplayWatch = {
    onPrompt: ({ attempt }, about, recorded, replayed) =>
      differs({ attempt, kind: 'prompt', about, ...firstDifference(recorded, replayed) }),
    onReply() {
      found.replies += 1;
    },
    onGap(gap) {
      isOver = true;
      if (gap.why !== 'no-reply' || !wasCutOff(passage)) found.gaps.push(gap);
    },
  };
  return {
    watch,
    differs,
    observe({ attempt, kind, about, key, text }: Milestone) {
      // Behind a reply that is missing nothing is as it was, and a phase that was cut off ends in its own way.
      if (isOver || (kind === 'outcome' && wasCutOff(passage))) return;
      // Candidates of one attempt come in any order.
      const same = expected.findIndex((was) => was.attempt === attempt && was.kind === kind && was.key === key);
      const at = same !== -1 ? same : expected.findIndex((was) => was.attempt === attempt && was.kind === kind);
      const [was] = at === -1 ? [] : expected.splice(at, 1);
      if (was?.key !== key) differs({ attempt, kind, about, recorded: was?.text ?? 'nothing', replayed: text });
    },
    end() {
      const [left] = expected;
      if (!left || isOver || wasCutOff(passage)) return;
      differs({ ...left, recorded: left.text, replayed: 'nothing' });
    },
  };
}

/** Stages as always, on the commits of then, and lands nothing: what landed then counts as landed. */
function replayRepository(repository: Repository, landsOn: string, passage: Passage): Repository {
  const moves = passage.events.flatMap((event) => (event.type === 'patch-staged' ? [event] : []));
  const landed = passage.events.find((event) => event.type === 'phase-landed')?.landing;
  let head: string | null = null;
  return {
    ...repository,
    resolve: async (ref) =>
      ref === landsOn ? (head ?? repository.resolve(passage.start.base)) : repository.resolve(ref),
    async land({ scope, staged }) {
      const ofAttempt = moves.filter(({ attempt }) => attempt === scope.attempt);
      const at = ofAttempt.findIndex((event) => event.staged.base === staged.base);
      // Candidates of one attempt stand on the same base: only another base tells of a branch that moved.
      const next = ofAttempt.slice(at + 1).find((event) => at !== -1 && event.staged.base !== staged.base);
      if (next) {
        head = next.staged.base;
        return fail({ code: 'repository/moved', branch: landsOn });
      }
      const isSame = landed?.tree === staged.tree && landed.parent === staged.base;
      const { commit, base: parent, tree } = staged;
      const landing: Landing = isSame ? landed : { commit, parent, tree, branch: landsOn };
      return ok(landing);
    },
    // The note of what landed then stays as it is.
    async annotate() {},
  };
}

/** Runs the checks again; where they come out the same, models are shown the output of then, times and all. */
function replayVerifier(verifier: Verifier, passage: Passage, differs: (told: Told) => void): Verifier {
  const reports = passage.events.flatMap((event) => (event.type === 'checks-end' ? [event] : []));
  return {
    ...verifier,
    async run(scope, spec, staged, scan, options, progress, signal) {
      const report = await verifier.run(scope, spec, staged, scan, options, progress, signal);
      const then = reports.find((event) => event.attempt === scope.attempt && event.report.tree === staged.tree);
      if (!then) return report;
      const different = checkDifferences(then.report, report);
      for (const told of different) differs({ attempt: scope.attempt, kind: 'check', ...told });
      return different.length === 0 ? then.report : report;
    },
  };
}
