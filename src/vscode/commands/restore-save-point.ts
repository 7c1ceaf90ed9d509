import { l10n, type QuickPickItem, window } from 'vscode';
import { counted, readerLanguage } from '../../contract/words.ts';
import type { App, Handler } from '../app.ts';

/** Brings a branch back to a state that was kept before something landed, or was undone. */
export const restoreSavePoint: Handler = async (app) => {
  const ref = await pickSavePoint(app);
  if (ref === null) return;
  const { branch, to, left } = await app.session.run(({ engine }) => engine.restoreSavePoint(ref));
  const name = branch.replace('refs/heads/', '');
  const kept = left.length > 0 ? l10n.t('; {0} kept', counted(left.length, '{0} commit', '{0} commits')) : '';
  app.status.tell(l10n.t('{0} is at {1}{2}', name, to.slice(0, 7), kept), 'history');
};

async function pickSavePoint({ session, status }: App): Promise<string | null> {
  const points = await session.use(({ engine }) => engine.savePoints());
  if (points.length === 0) {
    status.tell(l10n.t('No save points yet'), 'history');
    return null;
  }
  const items = points.map(({ ref, kind, branch, commit, subject, at }): QuickPickItem & { readonly ref: string } => {
    const when = `${kind === 'before' ? l10n.t('Before a landing') : l10n.t('Taken back')}, ${new Date(at).toLocaleString(readerLanguage())}`;
    const detail = `${branch.replace('refs/heads/', '')}: ${when}`;
    return { label: subject, description: commit.slice(0, 7), detail, ref };
  });
  const options = {
    title: l10n.t('Restore Save Point'),
    placeHolder: l10n.t('Choose a state to bring its branch to; what the branch has now is kept'),
    matchOnDescription: true,
    matchOnDetail: true,
  };
  return (await window.showQuickPick(items, options))?.ref ?? null;
}
