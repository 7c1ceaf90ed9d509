import { l10n, ProgressLocation, type QuickPickItem, window } from 'vscode';
import type { DeployRequest, ModelVersions } from '../../compose/training/model-versions.ts';
import { describeRollout, type Rollout } from '../../domain/deployment.ts';
import { EngineError, faultOf } from '../../domain/engine-error.ts';
import type { App, Handler } from '../app.ts';
import { agreesToDeploy } from './ask.ts';
import { inThread } from './thread.ts';

interface VersionItem extends QuickPickItem {
  readonly version: string;
}

interface RolloutItem extends QuickPickItem {
  readonly rollout: Rollout;
}

/** So many phases try a version that is served gradually. */
const firstShare = 0.1;

/** Serves a version, to all phases, to a share, or only where it is named. A text is the version. */
export const deployModel: Handler = async (app, argument) => {
  const { modelVersions } = await import('../../compose/training/model-versions.ts');
  const known = await app.session.use(({ repository }) => modelVersions(repository.stateDirectory, process.env));
  const version = typeof argument === 'string' ? argument : await chooseVersion(known);
  if (version === null) return;
  const rollout = await chooseRollout(version);
  if (!rollout) return;
  const request: DeployRequest = { selector: version, rollout, baseline: null, force: false };
  try {
    await deploy(app, version, request);
  } catch (error) {
    const fault = faultOf(error);
    if (fault.code !== 'deployment/not-promoted') throw error;
    if (!(await agreesToDeploy(version, fault.reasons))) return;
    await deploy(app, version, { ...request, force: true });
  }
  app.status.tell(l10n.t('{0} {1}', version, describeRollout(rollout)));
  app.training.refresh();
};

async function chooseVersion({ versions, deployment }: ModelVersions): Promise<string | null> {
  if (versions.length === 0) throw new EngineError({ code: 'deployment/no-version', selector: 'last', known: [] });
  const items = [...versions].reverse().map(({ version, model }): VersionItem => {
    const isDeployed = deployment?.own && deployment.version === version;
    return {
      version,
      label: version,
      description: isDeployed ? `${model} · ${describeRollout(deployment.rollout)}` : model,
    };
  });
  const picked = await window.showQuickPick(items, {
    title: l10n.t('Deploy Model (1/2)'),
    placeHolder: l10n.t('Version to serve'),
  });
  return picked?.version ?? null;
}

async function chooseRollout(version: string): Promise<Rollout | null> {
  const items: readonly RolloutItem[] = [
    {
      label: l10n.t('Gradually'),
      detail: l10n.t(
        'To {0} % of the phases, chosen by their hash; the others stay with the Builder of now',
        100 * firstShare,
      ),
      rollout: { type: 'gradual', share: firstShare },
    },
    {
      label: l10n.t('To all phases'),
      detail: l10n.t('From the next run on; asks again where the gate does not pass'),
      rollout: { type: 'immediate' },
    },
    {
      label: l10n.t('As a test'),
      detail: l10n.t('Only where a spec names the model'),
      rollout: { type: 'test' },
    },
  ];
  const title = l10n.t('Deploy {0}', version);
  const picked = await window.showQuickPick(items, { title, placeHolder: l10n.t('How it is served') });
  return picked?.rollout ?? null;
}

async function deploy(app: App, version: string, request: DeployRequest): Promise<void> {
  const title = l10n.t('Deploying {0}', version);
  await window.withProgress({ location: ProgressLocation.Notification, title, cancellable: false }, () =>
    inThread(app, { name: 'deploy', request }, { signal: new AbortController().signal }),
  );
}
