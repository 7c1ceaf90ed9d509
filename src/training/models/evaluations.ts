import path from 'node:path';
import { z } from 'zod';
import { costLabelSchema, microsSchema } from '../../domain/money.ts';
import type { ServedPhase } from '../compare-arms.ts';
import { type KeptFile, keptFile } from '../kept-file.ts';

/** One phase that a model was measured on: built again on its base, checked, and thrown away. */
export const evaluatedSchema = z.object({
  /** `PROVIDER/MODEL`. */
  model: z.string(),
  /** Hash of the phase spec: the same for every model that was measured on it. */
  scenario: z.string(),
  phaseId: z.string(),
  base: z.string(),
  at: z.string(),
  /** The run that its calls are kept under. */
  runId: z.string(),
  /** Every check passed, none of them loosened by the change. */
  passed: z.boolean(),
  /** A patch went for a forbidden path, or left the scope. */
  unsafe: z.boolean(),
  attempts: z.int().positive(),
  /** Why it did not pass; null where it did. */
  reason: z.string().nullable(),
  costMicros: microsSchema,
  costLabel: costLabelSchema,
  /** False where nobody can tell whether the model was trained on it. */
  heldOut: z.boolean(),
});
export type Evaluated = z.infer<typeof evaluatedSchema>;

const fileSchema = z.object({ format: z.literal('countersign-evaluations-1'), results: z.array(evaluatedSchema) });

export interface Evaluations {
  /** One for each model and phase: the newest. */
  all(): readonly Evaluated[];
  keep(result: Evaluated): void;
}

/** What models came to on held-out phases, in a file of the state directory. See `KeptFile` for what it throws. */
export function openEvaluations(stateDirectory: string): Evaluations {
  const file: KeptFile<z.infer<typeof fileSchema>> = keptFile(
    path.join(stateDirectory, 'training', 'evaluations.json'),
    fileSchema,
    { format: 'countersign-evaluations-1', results: [] },
  );
  return {
    all: () => file.read().results,
    keep(result) {
      file.update(({ results, ...rest }) => ({
        ...rest,
        results: [...results.filter((other) => keyOf(other) !== keyOf(result)), result],
      }));
    },
  };
}

/** What makes two results stand for the same measurement. */
export function keyOf({ model, scenario, base }: Pick<Evaluated, 'model' | 'scenario' | 'base'>): string {
  return JSON.stringify([model, scenario, base]);
}

/** Results of two models on the phases that both were measured on. */
export function bothMeasured(
  results: readonly Evaluated[],
  baseline: string,
  candidate: string,
): { readonly baseline: readonly ServedPhase[]; readonly candidate: readonly ServedPhase[] } {
  const placeOf = ({ scenario, base }: Evaluated) => JSON.stringify([scenario, base]);
  const of = (model: string) =>
    new Map(results.filter((each) => each.model === model).map((each) => [placeOf(each), each]));
  const [a, b] = [of(baseline), of(candidate)];
  const shared = [...a.keys()].filter((place) => b.has(place));
  const served = (from: ReadonlyMap<string, Evaluated>) =>
    shared.map((place) => servedPhaseOf(from.get(place) as Evaluated));
  return { baseline: served(a), candidate: served(b) };
}

function servedPhaseOf({ passed, unsafe, costMicros, attempts }: Evaluated): ServedPhase {
  return { landed: passed, unsafe, costMicros, retries: attempts - 1 };
}
