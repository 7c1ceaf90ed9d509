import { z } from 'zod';
import { noFilters, runFiltersSchema } from '../../contract/trajectories-list.ts';

export const detailTabs = ['timeline', 'steps', 'patch', 'findings', 'verdict'] as const;

/** What the page remembers over a reload of the window. */
const stateSchema = z.strictObject({
  filters: runFiltersSchema,
  view: z.enum(['runs', 'charts']),
  runId: z.string().nullable(),
  phaseId: z.string().nullable(),
  stepId: z.string().nullable(),
  tab: z.enum(detailTabs),
  /** Attempts that are folded. */
  folded: z.array(z.int()),
  /** The two attempts that stand side by side; null where none do. */
  compared: z.tuple([z.int(), z.int()]).nullable(),
  /** Charts stand as tables. */
  asTables: z.boolean(),
});
export type PageState = z.infer<typeof stateSchema>;
export type DetailTab = PageState['tab'];

const initial: PageState = {
  filters: noFilters,
  view: 'runs',
  runId: null,
  phaseId: null,
  stepId: null,
  tab: 'timeline',
  folded: [],
  compared: null,
  asTables: false,
};

/** What was kept, or the beginning where nothing was or another version kept it. */
export function readState(kept: unknown): PageState {
  const parsed = stateSchema.safeParse(kept);
  return parsed.success ? parsed.data : { ...initial };
}
