import { createHash } from 'node:crypto';
import { openApprovals } from '../../config/approvals.ts';
import type { Approval } from '../../config/load-config.ts';
import { type Deployment, deploymentSchema } from '../../domain/deployment.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { RollbackRule } from '../../domain/training.ts';
import type { Deployments } from '../../engine/ports/run.ts';
import type { LedgerReads } from '../../ledger/reads.ts';
import { breachOf, type Standing } from '../../training/models/breach.ts';
import { type ModelRegistry, openRegistry } from '../../training/models/registry.ts';

export interface DeploymentOptions {
  readonly stateDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly ledger: Pick<LedgerReads, 'servedPhases' | 'callHealth'>;
  readonly rule: RollbackRule;
  readonly now: () => Date;
  /** When the provider of a `PROVIDER/MODEL` ends it, as ISO 8601; null where nothing is announced. */
  readonly lookUpEnd: (model: string) => Promise<string | null>;
}

/** What runs are served. A registry that cannot be read serves nothing; `review` says so. */
export function openDeployments(options: DeploymentOptions): Deployments {
  const { stateDirectory, environment, ledger, rule, now } = options;
  const registry = openRegistry(stateDirectory);
  const isOwn = (deployment: Deployment) => isOwnDeployment(registry, deployment, environment);
  return {
    isOwn,
    async current() {
      const deployment = deploymentOrNull(registry);
      return deployment && (await isOwn(deployment)) ? deployment : null;
    },
    async review() {
      const { deployment } = registry.read();
      if (!deployment || !(await isOwn(deployment))) return null;
      const retiresAt = await endOf(registry, deployment, options);
      const breach = breachOf({ ...deployment, retiresAt }, standingOf(ledger, deployment), rule, now());
      if (!breach) return null;
      const by = breach.cause;
      const { version, model, baseline } = deployment;
      const taken = registry.rollBack({ at: now().toISOString(), by, reason: breach.reason, version });
      return taken && { version, model, baseline, ...breach };
    },
  };
}

function deploymentOrNull(registry: ModelRegistry): Deployment | null {
  try {
    return registry.read().deployment;
  } catch (error) {
    if (error instanceof EngineError && error.fault.code === 'store/damaged') return null;
    throw error;
  }
}

/** Once in so long its provider is asked whether a deployed model comes to an end. */
const lookEveryMs = 86_400_000;

async function endOf(
  registry: ModelRegistry,
  { version, model, retiresAt }: Deployment,
  { lookUpEnd, now }: DeploymentOptions,
): Promise<string | null> {
  const known = registry.read().versions.find((each) => each.version === version);
  if (!known) return retiresAt;
  const lookedAt = known.lookedAt === undefined ? 0 : Date.parse(known.lookedAt);
  if (now().getTime() - lookedAt < lookEveryMs) return known.shutdownDate ?? retiresAt;
  const told = await lookUpEnd(model);
  registry.noteEnd(version, { shutdownDate: told, lookedAt: now().toISOString() });
  return told ?? known.shutdownDate ?? retiresAt;
}

/** How long before an immediate deployment the baseline's phases are looked at. */
const baselineDays = 90;
const dayMs = 86_400_000;

/** The arms since the version was deployed; where nothing else serves beside it, the baseline's phases before. */
export function standingOf(ledger: DeploymentOptions['ledger'], deployment: Deployment): Standing {
  const { version, model, baseline, deployedAt, rollout } = deployment;
  const served = ledger.servedPhases({ since: deployedAt }).filter((phase) => phase.version === version);
  const before = () => {
    const since = new Date(Date.parse(deployedAt) - baselineDays * dayMs).toISOString();
    return ledger.servedPhases({ since, models: [baseline] }).filter(({ endedAt }) => endedAt < deployedAt);
  };
  return {
    candidate: served.filter(({ arm }) => arm === 'candidate'),
    baseline: rollout.type === 'gradual' ? served.filter(({ arm }) => arm === 'baseline') : before(),
    calls: ledger.callHealth(model, deployedAt),
  };
}

/** Kept outside every repository: one that brings a registry along cannot deploy a model by itself. */
function approvalOf({ file }: Pick<ModelRegistry, 'file'>, deployment: Deployment): Approval {
  const text = JSON.stringify(deploymentSchema.parse(deployment));
  const hash = createHash('sha256').update(text).digest('hex');
  return { file: `${file}#${deployment.version}@${deployment.deployedAt}`, hash };
}

export async function isOwnDeployment(
  registry: Pick<ModelRegistry, 'file'>,
  deployment: Deployment,
  environment: NodeJS.ProcessEnv,
): Promise<boolean> {
  return (await openApprovals(environment)).isApproved(approvalOf(registry, deployment));
}

export async function ownDeployment(
  registry: Pick<ModelRegistry, 'file'>,
  deployment: Deployment,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  await (await openApprovals(environment)).approve(approvalOf(registry, deployment));
}
