import { l10n } from 'vscode';
import type { Handler } from '../app.ts';

/** Takes back what is deployed, at once: Deploy Model serves it again. */
export const rollBackModel: Handler = async ({ session, status, training }) => {
  const { rollBackModel: takeBack } = await import('../../compose/training/model-versions.ts');
  const { version, baseline } = await session.use((opened) => takeBack(opened, null));
  status.tell(l10n.t('{0} was taken back, {1} serves again', version, baseline), 'discard');
  training.refresh();
};
