/** What the faces do with trained models: list, add, deploy, take back. */
import type { Workspace } from '../../compose.ts';
import { type Deployment, describeRollout, type Rollout } from '../../domain/deployment.ts';
import { EngineError, faultOf } from '../../domain/engine-error.ts';
import type { Fault } from '../../domain/fault.ts';
import { openRepository } from '../../git/open-repository.ts';
import {
  type Deed,
  deploymentOf,
  type ModelVersion,
  openRegistry,
  versionNamed,
} from '../../training/models/registry.ts';
import { type ComparedModels, compareModels, mayDeploy } from './compare-models.ts';
import { isOwnDeployment, ownDeployment } from './deployments.ts';

export type { Deed, ModelVersion };

export interface ModelVersions {
  /** Oldest first. */
  readonly versions: readonly ModelVersion[];
  /** What runs are served; `own` is false for one that only came with the state directory: it is not served. */
  readonly deployment: (Deployment & { readonly own: boolean }) | null;
  /** Who deployed or took back what, oldest first. */
  readonly history: readonly Deed[];
}

/** Throws `store/damaged`. */
export async function modelVersions(stateDirectory: string, environment: NodeJS.ProcessEnv): Promise<ModelVersions> {
  const registry = openRegistry(stateDirectory);
  const { versions, deployment, history } = registry.read();
  if (!deployment) return { versions, deployment, history };
  return {
    versions,
    deployment: { ...deployment, own: await isOwnDeployment(registry, deployment, environment) },
    history,
  };
}

/** The same for any directory; nothing where there is no repository. */
export async function trainedModels(directory: string, environment: NodeJS.ProcessEnv): Promise<ModelVersions> {
  try {
    const { stateDirectory } = await openRepository(directory, { environment });
    return await modelVersions(stateDirectory, environment);
  } catch (error) {
    if (faultOf(error).code !== 'repository/none') throw error;
    return { versions: [], deployment: null, history: [] };
  }
}

/** `v1.0.0`, `last` or a `PROVIDER/MODEL` that may be no version at all, as `PROVIDER/MODEL`. */
export function modelNamed({ repository }: Pick<Workspace, 'repository'>, selector: string): string {
  const state = openRegistry(repository.stateDirectory).read();
  const known = state.versions.some(({ version, model }) => version === selector || model === selector);
  return !known && selector.includes('/') ? selector : versionNamed(state, selector).model;
}

export interface AddedModel {
  /** `PROVIDER/MODEL`. */
  readonly model: string;
  readonly base: string | null;
  readonly shutdownDate: string | null;
  readonly note: string | null;
}

/** Takes up a model that was trained elsewhere. Throws `config/invalid` where its provider is not configured. */
export function addModel(
  { repository, models }: Pick<Workspace, 'repository' | 'models'>,
  added: AddedModel,
): ModelVersion {
  models.for('builder', added.model);
  return openRegistry(repository.stateDirectory).add({
    ...added,
    madeAt: new Date().toISOString(),
    job: null,
    dataset: null,
    checkpoints: [],
    trainedTokens: null,
  });
}

export interface DeployRequest {
  /** `v1.0.0`, `last` or `PROVIDER/MODEL`. */
  readonly selector: string;
  readonly rollout: Rollout;
  /** `PROVIDER/MODEL` whose place it takes; the Builder's unless said. */
  readonly baseline: string | null;
  /** Deploys although the gate does not pass; the registry keeps that. */
  readonly force: boolean;
}

export interface DeployedModel {
  readonly deployment: Deployment;
  readonly forced: boolean;
  readonly gate: ComparedModels['gate'];
}

/** Throws `deployment/no-version`, `deployment/retired` and `deployment/not-promoted`. */
export async function deployModel(
  workspace: Pick<Workspace, 'repository' | 'ledger' | 'models'>,
  request: DeployRequest,
  environment: NodeJS.ProcessEnv,
): Promise<DeployedModel> {
  const { repository, models } = workspace;
  const registry = openRegistry(repository.stateDirectory);
  const version = versionNamed(registry.read(), request.selector);
  const baseline = models.for('builder', request.baseline ?? undefined).id;
  // A model that cannot be called must not take over.
  models.for('builder', version.model);
  assertOther(version, baseline);
  const deployment = deploymentOf(version, baseline, request.rollout, new Date());
  const { gate } = compareModels(workspace, baseline, version.model);
  const passes = mayDeploy(gate, request.rollout);
  if (!passes && !request.force) throw new EngineError(notPromoted(version.version, gate));
  const forced = !passes;
  registry.deploy(deployment, {
    forced,
    reason: forced ? reasonsOf(gate).join('; ') : describeRollout(request.rollout),
  });
  await ownDeployment(registry, deployment, environment);
  return { deployment, forced, gate };
}

function assertOther({ version, model }: ModelVersion, baseline: string): void {
  if (model !== baseline) return;
  const problem = `${version} is ${model}, which is the Builder already: name the model whose place it takes.`;
  throw new EngineError({
    code: 'arguments/invalid',
    problem,
    usage: 'countersign models deploy v1.0.0 --for PROVIDER/MODEL',
  });
}

function notPromoted(version: string, gate: ComparedModels['gate']): Fault {
  const undecided = gate.finding === 'undecided';
  return { code: 'deployment/not-promoted', version, undecided, reasons: [...reasonsOf(gate)] };
}

function reasonsOf({ rules }: ComparedModels['gate']): readonly string[] {
  const words = { passes: 'passes', fails: 'fails', undecided: 'is not decided' } as const;
  return rules
    .filter(({ finding }) => finding !== 'passes')
    .map(({ rule, finding, because }) => `\`${rule}\` ${words[finding]} (${because})`);
}

/** Serves the baseline again from the next run on. Throws `deployment/nothing-deployed`. */
export function rollBackModel({ repository }: Pick<Workspace, 'repository'>, reason: string | null): Deployment {
  const registry = openRegistry(repository.stateDirectory);
  const taken = registry.rollBack({ at: new Date().toISOString(), by: 'person', reason });
  if (!taken) throw new EngineError({ code: 'deployment/nothing-deployed' });
  return taken;
}
