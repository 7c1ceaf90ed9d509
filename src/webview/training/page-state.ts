import { z } from 'zod';

/** What the page remembers over a reload of the window. */
const stateSchema = z.strictObject({
  /** Charts stand as tables. */
  asTables: z.boolean(),
  /** Lines of tables that are unfolded, by their names. */
  unfolded: z.array(z.string()),
});
export type PageState = z.infer<typeof stateSchema>;

/** What was kept, or the beginning where nothing usable was. */
export function readState(kept: unknown): PageState {
  const read = stateSchema.safeParse(kept);
  return read.success ? read.data : { asTables: false, unfolded: [] };
}
