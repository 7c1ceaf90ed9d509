import { z } from 'zod';

export const riskLevels = ['low', 'medium', 'high', 'critical'] as const;
export const riskLevelSchema = z.enum(riskLevels);
export type RiskLevel = z.infer<typeof riskLevelSchema>;

/** How risky a patch is, 0 to 100, with what the score is made of. */
export const riskSchema = z.object({
  score: z.int().min(0).max(100),
  level: riskLevelSchema,
  parts: z.array(z.object({ name: z.string(), points: z.int().nonnegative(), detail: z.string() })),
});
export type Risk = z.infer<typeof riskSchema>;
