import { z } from 'zod';

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

const durationSchema = z.union([
  z.number().positive().max(86_400),
  z.string().regex(/^[1-9]\d{0,4}(?:s|m|h)$/, 'must be seconds, or read like 90s, 30m or 2h'),
]);

/** A workflow of the user's own CI that a change must pass. */
export const ciCheckSchema = z.strictObject({
  workflow: z
    .string()
    .max(200)
    .regex(/^[^-\s].*$/u, 'must be the name or the file of a workflow')
    .describe('Name or file of the workflow, such as test.yml. It must run for pushed branches.'),
  timeout: durationSchema.optional().describe('Until its result is given up, such as 30m; 30m unless said.'),
  remote: z
    .string()
    .regex(/^[A-Za-z0-9][\w./-]*$/, 'must be the name of a remote')
    .optional()
    .describe('Where the change is pushed; origin unless said.'),
});
export type CiCheck = z.infer<typeof ciCheckSchema>;

const defaultSeconds = 1_800;

export function secondsOf(timeout: CiCheck['timeout']): number {
  if (timeout === undefined) return defaultSeconds;
  if (typeof timeout === 'number') return timeout;
  return Number(timeout.slice(0, -1)) * (units[timeout.slice(-1)] ?? 1);
}
