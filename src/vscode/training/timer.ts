import { Disposable, l10n, workspace } from 'vscode';
import { describeFault } from '../../domain/describe-fault.ts';
import { faultOf } from '../../domain/engine-error.ts';
import { toast } from '../announce.ts';
import type { App } from '../app.ts';
import { inThread } from './thread.ts';

const hourMs = 3_600_000;
/** The first look comes once the window has settled. */
const firstMs = 5 * 60_000;
const toldKey = 'countersign.toldEnoughToTrain';

/** Tells of versions that were taken back by themselves and, with `training.timer`, once that there is enough to train. */
export function watchTraining(app: App): Disposable {
  const { session, training } = app;
  const look = () => void lookWhetherReady(app);
  const first = setTimeout(look, firstMs);
  const timer = setInterval(look, hourMs);
  const listening = session.onEvent((event) => {
    if (event.type !== 'deployment-end') return;
    training.refresh();
    void toast(event.deployment.reason, l10n.t('Open Training'), 'countersign.openTraining');
  });
  return Disposable.from(listening, {
    dispose() {
      clearTimeout(first);
      clearInterval(timer);
    },
  });
}

async function lookWhetherReady(app: App): Promise<void> {
  const { context, log, session } = app;
  const isOn = workspace.getConfiguration('countersign').get<boolean>('training.timer') ?? false;
  if (!isOn || !workspace.isTrusted || !session.folder) return;
  try {
    const { ready } = await inThread(app, { name: 'survey', request: {} }, { signal: new AbortController().signal });
    const wasTold = context.workspaceState.get<boolean>(toldKey) ?? false;
    if (ready !== wasTold) await context.workspaceState.update(toldKey, ready);
    if (!ready || wasTold) return;
    const text = l10n.t('There is enough to train on.');
    await toast(text, l10n.t('Open Training'), 'countersign.openTraining');
  } catch (error) {
    log.warn(`Nobody looked whether there is enough to train: ${describeFault(faultOf(error)).message}`);
  }
}
