import { z } from 'zod';
import type { Handler } from '../app.ts';
import { openPlace as show } from '../review/open-place.ts';

const placeSchema = z.object({
  runId: z.string(),
  phaseId: z.string(),
  path: z.string(),
  line: z.int().positive(),
});

/** Shows the file or hunk of a row in the Review view. */
export const openPlace: Handler = async ({ session }, argument) => {
  const place = placeSchema.safeParse(argument).data;
  if (place) await show(session, place, place.path, place.line);
};
