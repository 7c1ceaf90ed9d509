import path from 'node:path';
import { z } from 'zod';
import { type Deployment, deploymentSchema, type Rollout, versionNameSchema } from '../../domain/deployment.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { modelIdSchema } from '../../domain/spec.ts';
import { type KeptFile, keptFile } from '../kept-file.ts';

const lineageSchema = z.object({
  /** Training job that made it; null for one that was trained elsewhere. */
  job: z.string().nullable(),
  /** What it was trained from, as the back end or the user names it; null where nobody said. */
  base: z.string().nullable(),
  /** The dataset: SHA-256 of its manifest, and by what rule runs were held out of it; null where nothing is known. */
  dataset: z
    .object({
      manifestSha256: z.string(),
      seed: z.string(),
      heldOut: z.number(),
      heldOutFrom: z.string().nullable(),
    })
    .nullable(),
});
export type Lineage = z.infer<typeof lineageSchema>;

export const modelVersionSchema = z.object({
  version: versionNameSchema,
  /** `PROVIDER/MODEL`. */
  model: modelIdSchema,
  /** ISO 8601. */
  madeAt: z.string(),
  ...lineageSchema.shape,
  /** Intermediate versions of the same job, as the serving end names them. */
  checkpoints: z.array(z.string()),
  trainedTokens: z.int().nonnegative().nullable(),
  /** ISO 8601: when the provider ends it or its base; null where nothing was announced. */
  shutdownDate: z.string().nullable(),
  /** ISO 8601: when its provider was last asked for its end; absent before the first time. */
  lookedAt: z.string().optional(),
  note: z.string().nullable(),
});
export type ModelVersion = z.infer<typeof modelVersionSchema>;

/** What became of versions, oldest first: who deployed or took back which, and why. */
const deedSchema = z.object({
  at: z.string(),
  deed: z.enum(['deployed', 'rolled-back']),
  version: versionNameSchema,
  model: z.string(),
  baseline: z.string(),
  by: z.enum(['person', 'breach', 'retired']),
  /** Deployed although the promotion gate did not pass. */
  forced: z.boolean(),
  reason: z.string().nullable(),
});
export type Deed = z.infer<typeof deedSchema>;

const registrySchema = z.object({
  format: z.literal('countersign-models-1'),
  versions: z.array(modelVersionSchema),
  deployment: deploymentSchema.nullable(),
  history: z.array(deedSchema),
});
export type RegistryState = z.infer<typeof registrySchema>;

export type NewVersion = Omit<ModelVersion, 'version'>;

/** Trained models with their versions and lineage, and the one that is served. See `KeptFile` for what it throws. */
export interface ModelRegistry {
  readonly file: string;
  read(): RegistryState;
  /** A model that is known already gets no second version: the known one is returned. */
  add(model: NewVersion): ModelVersion;
  /** What its provider said of a version's end, and when; null leaves what is known. */
  noteEnd(version: string, end: { readonly shutdownDate: string | null; readonly lookedAt: string }): void;
  /** What was deployed before is replaced. */
  deploy(deployment: Deployment, about: { readonly forced: boolean; readonly reason: string | null }): void;
  /** Takes back what is deployed. Null where nothing is, or, of a named version, where another is by now. */
  rollBack(why: Pick<Deed, 'by' | 'reason'> & { readonly at: string; readonly version?: string }): Deployment | null;
}

/** Opens the registry of a state directory. */
export function openRegistry(stateDirectory: string): ModelRegistry {
  const empty: RegistryState = { format: 'countersign-models-1', versions: [], deployment: null, history: [] };
  const kept: KeptFile<RegistryState> = keptFile(
    path.join(stateDirectory, 'training', 'models.json'),
    registrySchema,
    empty,
  );
  return {
    file: kept.file,
    read: kept.read,
    add(model) {
      const same = (version: ModelVersion) => version.model === model.model;
      const written = kept.update((state) => {
        if (state.versions.some(same)) return state;
        const version = nextVersion(state.versions.map((each) => each.version));
        return { ...state, versions: [...state.versions, { version, ...model }] };
      });
      return written.versions.find(same) as ModelVersion;
    },
    noteEnd(name, { shutdownDate, lookedAt }) {
      kept.update((state) => ({
        ...state,
        versions: state.versions.map((version) =>
          version.version === name
            ? { ...version, lookedAt, shutdownDate: shutdownDate ?? version.shutdownDate }
            : version,
        ),
      }));
    },
    deploy(deployment, { forced, reason }) {
      const { version, model, baseline, deployedAt: at } = deployment;
      const deed: Deed = { at, deed: 'deployed', version, model, baseline, by: 'person', forced, reason };
      kept.update((state) => ({ ...state, deployment, history: [...state.history, deed] }));
    },
    rollBack({ at, by, reason, version }) {
      let taken: Deployment | null = null;
      kept.update((state) => {
        const { deployment } = state;
        if (!deployment || (version !== undefined && deployment.version !== version)) return state;
        taken = deployment;
        const { model, baseline } = deployment;
        const deed: Deed = {
          at,
          deed: 'rolled-back',
          version: deployment.version,
          model,
          baseline,
          by,
          forced: false,
          reason,
        };
        return { ...state, deployment: null, history: [...state.history, deed] };
      });
      return taken;
    },
  };
}

/** The next patch version of `v1.0.0`; the first where there is none. */
export function nextVersion(versions: readonly string[]): string {
  const numbers = versions.flatMap((version) => {
    const match = /^v(\d+)\.(\d+)\.(\d+)$/.exec(version);
    return match ? [[Number(match[1]), Number(match[2]), Number(match[3])] as const] : [];
  });
  const [newest] = numbers.sort((a, b) => b[0] - a[0] || b[1] - a[1] || b[2] - a[2]);
  return newest ? `v${newest[0]}.${newest[1]}.${newest[2] + 1}` : 'v1.0.0';
}

/** By version (`v1.0.0`), by `PROVIDER/MODEL`, or the `last` one. Throws `deployment/no-version`. */
export function versionNamed({ versions }: RegistryState, selector: string): ModelVersion {
  const found =
    selector === 'last'
      ? versions.at(-1)
      : versions.findLast(({ version, model }) => version === selector || model === selector);
  if (found) return found;
  throw new EngineError({ code: 'deployment/no-version', selector, known: versions.map(({ version }) => version) });
}

/** Throws `deployment/retired` where the version is, or is about to be, served no more. */
export function deploymentOf(
  { version, model, shutdownDate }: ModelVersion,
  baseline: string,
  rollout: Rollout,
  now: Date,
): Deployment {
  if (shutdownDate !== null && Date.parse(shutdownDate) <= now.getTime()) {
    throw new EngineError({ code: 'deployment/retired', version, date: shutdownDate });
  }
  return { version, model, baseline, rollout, deployedAt: now.toISOString(), retiresAt: shutdownDate };
}
