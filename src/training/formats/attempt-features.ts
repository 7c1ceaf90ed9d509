import { z } from 'zod';
import { changeFeaturesSchema } from '../../domain/scorer.ts';
import type { ExportFormat } from './format.ts';

/** Figures of each attempt's change, and whether it landed and stayed: what a local scorer is trained on. No texts. */
export const attemptFeatures: ExportFormat = {
  name: 'attempt-features',
  readBy: 'the trainer of a local scorer, examples/train-scorer',
  source: 'countersign, src/domain/scorer.ts',
  provenOnly: false,
  leastRows: null,
  unit: 'trajectory',
  row: ({ id, scenario, startedAt, change, outcome }) =>
    change === undefined
      ? null
      : { id, scenario, startedAt, features: change, landed: outcome.landed && !outcome.rolledBack },
  schema: z.strictObject({
    id: z.string().min(1),
    scenario: z.string().min(1),
    startedAt: z.iso.datetime(),
    features: changeFeaturesSchema,
    landed: z.boolean(),
  }),
};
