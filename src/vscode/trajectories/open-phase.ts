import { amountOf } from '../../contract/amount.ts';
import { type CallTexts, type StepContext, stepDetailOf, textsOf } from '../../contract/trajectories-detail.ts';
import type { PatchView, PhaseView, StepDetail } from '../../contract/trajectories-phase.ts';
import { cutText } from '../../contract/trajectories-text.ts';
import { createTimeline, type Timeline } from '../../contract/trajectories-timeline.ts';
import { formatCost } from '../../domain/money.ts';
import type { PhaseRecord, RunRecord } from '../../domain/run.ts';
import { titleOf } from '../../domain/spec.ts';
import { firstLine, type Reader, shownState } from './run-list.ts';

/** Bodies hold whole patches: so many come over from the reader's thread at a time. */
const eventsAtOnce = 40;

/** A phase of a run that somebody looks at. What was read of it once is not read again. */
export interface OpenPhase {
  readonly runId: string;
  readonly phaseId: string;
  /** Reads on, and gives it as it stands. Null where the store no longer has it. */
  read(reader: Reader): Promise<PhaseView | null>;
  step(reader: Reader, stepId: string): Promise<StepDetail | null>;
  /** A text of a step, whole. */
  text(reader: Reader, stepId: string, key: string): Promise<string | null>;
  patch(attempt: number): PatchView | null;
  staged(attempt: number): ReturnType<Timeline['staged']>;
}

export function openPhase(runId: string, phaseId: string): OpenPhase {
  const timeline = createTimeline();
  let after = '';
  let view: PhaseView | null = null;

  const readOn = async (reader: Reader) => {
    for (;;) {
      const page = await reader.phaseEvents(runId, phaseId, { after, limit: eventsAtOnce });
      for (const event of page.events) if (event.eventId > after) timeline.add(event);
      if (page.last !== null && page.last > after) after = page.last;
      if (!page.more) return;
    }
  };
  const context = async (reader: Reader, stepId: string) => view && contextOf(reader, view, timeline, stepId);
  return {
    runId,
    phaseId,
    async read(reader) {
      await readOn(reader);
      const run = await reader.run(runId);
      const phase = run?.phases.find(({ id }) => id === phaseId);
      view = run && phase ? await viewOf(reader, run, phase, timeline) : null;
      return view;
    },
    async step(reader, stepId) {
      const found = await context(reader, stepId);
      return found ? stepDetailOf(found.step, found) : null;
    },
    async text(reader, stepId, key) {
      const found = await context(reader, stepId);
      return found ? (textsOf(found.step, found).find((text) => text.key === key)?.text ?? null) : null;
    },
    patch(attempt) {
      const staged = timeline.staged(attempt);
      if (!staged) return null;
      const repairs = staged.repairs.map(({ file, detail }) => `${file}: ${detail}`);
      return { runId, phaseId, attempt, files: staged.files, repairs, ...cutText(staged.patch) };
    },
    staged: (attempt) => timeline.staged(attempt),
  };
}

async function contextOf(
  reader: Reader,
  view: PhaseView,
  timeline: Timeline,
  stepId: string,
): Promise<(StepContext & { readonly step: PhaseView['steps'][number] }) | null> {
  const step = view.steps.find(({ id }) => id === stepId);
  if (!step) return null;
  const { runId, phaseId, facts, steps, attempts, findings, verdicts } = view;
  const call: CallTexts | null = step.kind === 'call' ? ((await reader.calls({ callId: step.id }))[0] ?? null) : null;
  return {
    step,
    runId,
    phaseId,
    category: facts.category,
    complexity: facts.complexity,
    phaseState: facts.state,
    phaseReason: facts.reason,
    steps,
    attempts,
    findings,
    verdicts,
    check: timeline.check(stepId),
    told: timeline.texts(stepId),
    call,
    patch: timeline.staged(step.attempt)?.patch ?? null,
  };
}

async function viewOf(reader: Reader, run: RunRecord, phase: PhaseRecord, timeline: Timeline): Promise<PhaseView> {
  const live = await reader.isRunLive(run.id);
  const steps = [...timeline.steps(live)];
  return {
    runId: run.id,
    phaseId: phase.id,
    run: { title: firstLine(run.plan.goal), state: await shownState(reader, run), recorded: run.recorded },
    phases: run.phases.map(({ id, spec, state }) => ({ id, title: titleOf(spec), state })),
    title: titleOf(phase.spec),
    facts: await factsOf(reader, phase, live),
    kept: steps.length > 0 || phase.endedAt === null,
    attempts: [...timeline.attempts(live)],
    steps,
    findings: [...timeline.findings()],
    verdicts: [...timeline.verdicts()],
  };
}

const msOrNull = (iso: string | null) => (iso === null ? null : Date.parse(iso));

async function factsOf(reader: Reader, phase: PhaseRecord, live: boolean): Promise<PhaseView['facts']> {
  const { spend, spec, risk, landing } = phase;
  return {
    state: phase.state,
    reason: phase.reason,
    live: live && phase.startedAt !== null && phase.endedAt === null,
    startMs: msOrNull(phase.startedAt),
    endMs: msOrNull(phase.endedAt),
    calls: spend.calls,
    tokens: spend.tokens,
    amount: amountOf(spend.cost),
    cap: await capOf(reader, phase),
    category: spec.category,
    complexity: spec.complexity,
    risk: risk && { level: risk.level, score: risk.score },
    commit: landing?.commit ?? null,
    rolledBack: phase.rolledBack !== null,
  };
}

/** Such as `$2.50 · 70 %`, rounded down. */
async function capOf(reader: Reader, { runId, id, spend }: PhaseRecord): Promise<string | null> {
  const { caps } = await reader.spend({ by: 'phase', runId });
  const micros = caps.find(({ level, key }) => level === 'phase' && key === `${runId}/${id}`)?.capMicros ?? null;
  if (micros === null) return null;
  const amount = formatCost({ micros, label: 'billed' }).slice(2);
  return micros === 0 ? amount : `${amount} · ${Math.floor((100 * spend.cost.micros) / micros)} %`;
}
