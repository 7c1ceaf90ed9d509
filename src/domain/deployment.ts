import { z } from 'zod';
import { modelIdSchema } from './spec.ts';

export const versionNameSchema = z.string().regex(/^v\d+\.\d+\.\d+$/, 'must read v1.0.0');

/** How a model version is served: to every phase, to a share of them, or only where it is asked for by name. */
export const rolloutSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('immediate') }),
  z.object({ type: z.literal('gradual'), share: z.number().gt(0).lt(1) }),
  z.object({ type: z.literal('test') }),
]);
export type Rollout = z.infer<typeof rolloutSchema>;

/** A version that is served in the place of another model. A run keeps the one it began with to its end. */
export const deploymentSchema = z.object({
  version: versionNameSchema,
  /** `PROVIDER/MODEL` of the version. */
  model: modelIdSchema,
  /** `PROVIDER/MODEL` whose place it takes. */
  baseline: modelIdSchema,
  rollout: rolloutSchema,
  /** ISO 8601. */
  deployedAt: z.string(),
  /** ISO 8601: past it the version is not served any more; null where no end was announced. */
  retiresAt: z.string().nullable(),
});
export type Deployment = z.infer<typeof deploymentSchema>;

export const armNames = ['candidate', 'baseline'] as const;
export const armNameSchema = z.enum(armNames);
export type ArmName = z.infer<typeof armNameSchema>;

/** Which arm of a deployment served an attempt. */
export const armSchema = z.object({
  arm: armNameSchema,
  /** The version that was deployed, whichever arm served. */
  version: versionNameSchema,
  /** `PROVIDER/MODEL` of the arm. */
  model: z.string(),
});
export type Arm = z.infer<typeof armSchema>;

/** Why a deployment ended by itself. */
export const deploymentEndSchema = z.object({
  version: versionNameSchema,
  model: z.string(),
  /** Serves again. */
  baseline: z.string(),
  cause: z.enum(['retired', 'breach']),
  /** As whole sentences. */
  reason: z.string(),
});
export type DeploymentEnd = z.infer<typeof deploymentEndSchema>;

export function describeRollout(rollout: Rollout): string {
  switch (rollout.type) {
    case 'immediate':
      return 'serves every phase';
    case 'gradual':
      return `serves ${percent(rollout.share)} of the phases`;
    case 'test':
      return 'serves only where it is named';
  }
}

export function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
