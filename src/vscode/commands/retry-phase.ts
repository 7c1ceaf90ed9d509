import { l10n, window } from 'vscode';
import { EngineError } from '../../domain/engine-error.ts';
import type { PhaseRecord } from '../../domain/run.ts';
import { modelIdSchema } from '../../domain/spec.ts';
import type { App, Handler } from '../app.ts';
import { chooseRun, type RunTarget } from '../runs/choose-run.ts';
import { controlRun } from '../runs/control-run.ts';
import { goOnWith } from '../runs/go-on.ts';

/** Tries a phase that did not land again, with all its attempts; of a whole run, all such phases. */
export const retryPhase: Handler = async (app, argument) => {
  const target = await chooseTarget(app, argument, l10n.t('Retry'));
  if (target) await retry(app, target, undefined);
};

/** The same, by another Builder. */
export const retryWithModel: Handler = async (app, argument) => {
  const target = await chooseTarget(app, argument, l10n.t('Retry with Another Model'));
  if (!target) return;
  const model = await window.showInputBox({
    title: l10n.t('Retry with Another Model'),
    prompt: l10n.t('The model that is to build it, as PROVIDER/MODEL.'),
    validateInput: (text) =>
      modelIdSchema.safeParse(text.trim()).success ? null : l10n.t('Write it as PROVIDER/MODEL.'),
  });
  if (model !== undefined) await retry(app, target, model.trim());
};

function chooseTarget(app: App, argument: unknown, title: string): Promise<RunTarget | null> {
  return chooseRun(app, argument, {
    title,
    placeHolder: l10n.t('Choose the run with the phase to try again'),
    states: ['failed', 'cancelled', 'done'],
  });
}

async function retry(app: App, target: RunTarget, model: string | undefined): Promise<void> {
  const { runId, phaseId } = target;
  const { isLive, again } = await app.session.use(({ ledger }) => {
    const phases = ledger.run(runId)?.phases ?? [];
    const wanted = phases.filter(({ id }) => phaseId === null || id === phaseId).filter(didNotLand);
    return { isLive: ledger.isRunLive(runId), again: new Set(wanted.map(({ id }) => id)) };
  });
  if (again.size === 0) {
    const selector = phaseId === null ? runId : `${runId}/${phaseId}`;
    throw new EngineError({ code: 'run/not-controllable', selector, detail: l10n.t('there is nothing to try again.') });
  }
  if (isLive) for (const id of again) await controlRun(app, { runId, phaseId: id }, 'retry', null);
  else await goOnWith(app, runId, { again, model });
}

const retried: readonly PhaseRecord['state'][] = ['rejected', 'stuck', 'failed', 'cancelled'];

function didNotLand({ state, rolledBack }: PhaseRecord): boolean {
  return retried.includes(state) || (state === 'landed' && rolledBack !== null);
}
