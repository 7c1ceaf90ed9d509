import { noSpend } from '../domain/money.ts';
import type { PhaseSpec } from '../domain/spec.ts';
import { emitFor, type LiveContext } from './context.ts';
import type { LandingOrder } from './landing-order.ts';
import { hearDecisions } from './recorded-endings.ts';
import { type Earlier, nothingEarlier, type PhaseEnding, runPhase } from './run-phase.ts';

export interface Item {
  readonly spec: PhaseSpec;
  readonly tierId: string;
}

/** What the phases of a run share while they are at work. */
export interface Schedule {
  readonly context: LiveContext;
  /** How phases ended so far; grows. */
  readonly endings: Map<string, PhaseEnding>;
  readonly order: LandingOrder;
  /** What a phase that is taken up again goes on from. */
  readonly earlierOf: (phaseId: string) => Earlier;
  /** Why no further phase may begin, or null. */
  readonly halted: () => string | null;
}

/** Runs what becomes ready until nothing is at work; returns what still waits. */
export async function runWave(schedule: Schedule, items: readonly Item[]): Promise<readonly Item[]> {
  const { context, endings, order } = schedule;
  const { control, parts } = context;
  const waiting = new Set(items);
  const begun = new Map<string, Item>();
  const live = new Map<string, Promise<void>>();

  const launch = (item: Item, earlier: Earlier) => {
    const done = runPhase(context, { ...item, earlier }).then((ending) => {
      endings.set(item.spec.id, ending);
      live.delete(item.spec.id);
      order.advance();
    });
    begun.set(item.spec.id, item);
    live.set(item.spec.id, done);
  };
  const takeUpAgain = () => {
    for (const id of control.takeRetries()) {
      const item = begun.get(id) ?? items.find(({ spec }) => spec.id === id);
      if (!item || live.has(id) || endings.get(id)?.state === 'landed') continue;
      for (const again of [item, ...items.filter(({ spec }) => dependsOn(items, spec, id))]) {
        if (endings.get(again.spec.id)?.state === 'landed') continue;
        endings.delete(again.spec.id);
        waiting.add(again);
      }
    }
  };

  for (;;) {
    takeUpAgain();
    hearDecisions(context, endings);
    await cancelWhatCannotRun(schedule, waiting);
    for (const item of waiting) {
      if (control.signal.aborted || control.isPaused() || live.size - order.waiting >= parts.config.parallel) break;
      if (!item.spec.dependsOn.every((id) => endings.get(id)?.state === 'landed')) continue;
      waiting.delete(item);
      launch(item, begun.has(item.spec.id) ? onceMore(context, item.spec.id) : schedule.earlierOf(item.spec.id));
    }
    const mayGoOn = control.isPaused() && !control.signal.aborted && waiting.size > 0;
    if (live.size === 0 && !mayGoOn) return [...waiting];
    await Promise.race([...live.values(), control.changed(), order.changed()]);
  }
}

/** A phase that a person wants tried again gets all its attempts anew. */
function onceMore({ parts, runId }: LiveContext, phaseId: string): Earlier {
  return { ...nothingEarlier, attempts: parts.store.phase(runId, phaseId)?.attempts ?? 0 };
}

function dependsOn(items: readonly Item[], spec: PhaseSpec, id: string): boolean {
  return spec.dependsOn.some((before) => {
    const found = items.find((item) => item.spec.id === before);
    return before === id || (found !== undefined && dependsOn(items, found.spec, id));
  });
}

const endedForGood = (ending: PhaseEnding | undefined) =>
  ending !== undefined && ending.state !== 'landed' && ending.state !== 'awaiting-review';

/** Phases behind one that ended without landing never start; cancelling one may block the next. */
async function cancelWhatCannotRun({ context, endings, order, halted }: Schedule, waiting: Set<Item>): Promise<void> {
  const why = ({ id, dependsOn }: PhaseSpec): string | null => {
    const skipped = context.control.skipped.get(id);
    if (skipped !== undefined) return skipped;
    const blocker = dependsOn.find((before) => endedForGood(endings.get(before)));
    return blocker === undefined ? halted() : `It depends on "${blocker}", which did not land.`;
  };
  for (let again = !context.control.signal.aborted; again; ) {
    again = false;
    for (const item of waiting) {
      const reason = why(item.spec);
      if (reason === null) continue;
      waiting.delete(item);
      endings.set(item.spec.id, await cancel(context, item.spec, reason));
      order.advance();
      again = true;
    }
  }
}

export async function cancel(context: LiveContext, spec: PhaseSpec, reason: string): Promise<PhaseEnding> {
  const ending: PhaseEnding = { state: 'cancelled', failure: null, reason, fault: null, commit: null };
  const emit = emitFor(context, { phaseId: spec.id, attempt: 0 });
  const attempts = context.parts.store.phase(context.runId, spec.id)?.attempts ?? 0;
  const spend = context.parts.store.phase(context.runId, spec.id)?.spend ?? noSpend;
  await emit({ type: 'phase-end', stage: 'COMPLETE', ...ending, attempts, spend });
  return ending;
}
