import { EngineError } from '../domain/engine-error.ts';
import type { PhaseSpec } from '../domain/spec.ts';
import type { Endings } from './run-plan.ts';

/** Phases that ran side by side land one after the other, in the same order however long each took. */
export interface LandingOrder {
  /** Waits until every phase that comes before this one, and may still land, has ended. */
  turn(phaseId: string, signal: AbortSignal): Promise<void>;
  /** How many wait for their turn: they need no place to work in meanwhile. */
  readonly waiting: number;
  /** Something ended. */
  advance(): void;
  /** Resolves when a phase begins to wait, so that another may take its place. */
  readonly changed: () => Promise<void>;
}

export function createLandingOrder(specs: readonly PhaseSpec[], endings: Endings): LandingOrder {
  const ordered = inOrder(specs);
  let waiting = 0;
  let moved = Promise.withResolvers<void>();
  const announce = () => {
    moved.resolve();
    moved = Promise.withResolvers();
  };
  const byId = new Map(ordered.map((spec) => [spec.id, spec]));
  const mayStillLand = (spec: PhaseSpec): boolean =>
    !endings.has(spec.id) &&
    spec.dependsOn.every((id) => {
      const before = byId.get(id);
      return endings.get(id)?.state === 'landed' || (before !== undefined && mayStillLand(before));
    });
  const isFirst = (phaseId: string) =>
    !ordered
      .slice(
        0,
        ordered.findIndex(({ id }) => id === phaseId),
      )
      .some(mayStillLand);
  return {
    get waiting() {
      return waiting;
    },
    changed: () => moved.promise,
    advance: announce,
    async turn(phaseId, signal) {
      if (isFirst(phaseId)) return;
      waiting += 1;
      announce();
      const { promise: aborted, resolve: onAbort } = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => onAbort(), { once: true });
      try {
        while (!isFirst(phaseId) && !signal.aborted) await Promise.race([moved.promise, aborted]);
      } finally {
        waiting -= 1;
        onAbort();
      }
      if (signal.aborted) throw new EngineError({ code: 'interrupted' }, signal.reason);
    },
  };
}

/** As the plan has them, each after what it depends on. */
export function inOrder(specs: readonly PhaseSpec[]): readonly PhaseSpec[] {
  const left = new Set(specs);
  const ordered: PhaseSpec[] = [];
  while (left.size > 0) {
    const isFree = (spec: PhaseSpec) => ![...left].some(({ id }) => spec.dependsOn.includes(id));
    const next = [...left].find(isFree) ?? ([...left][0] as PhaseSpec);
    left.delete(next);
    ordered.push(next);
  }
  return ordered;
}
