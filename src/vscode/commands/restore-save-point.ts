import { type QuickPickItem, window } from 'vscode';
import { plural } from '../../domain/describe-event.ts';
import type { App, Handler } from '../app.ts';

/** Brings a branch back to a state that was kept before something landed, or was undone. */
export const restoreSavePoint: Handler = async (app) => {
  const ref = await pickSavePoint(app);
  if (ref === null) return;
  const { branch, to, left } = await app.session.run(({ engine }) => engine.restoreSavePoint(ref));
  const name = branch.replace('refs/heads/', '');
  const kept = left.length > 0 ? `; ${plural(left.length, 'commit', 'commits')} kept` : '';
  app.status.tell(`${name} is at ${to.slice(0, 7)}${kept}`, 'history');
};

async function pickSavePoint({ session, status }: App): Promise<string | null> {
  const points = await session.use(({ engine }) => engine.savePoints());
  if (points.length === 0) {
    status.tell('No save points yet', 'history');
    return null;
  }
  const items = points.map(({ ref, kind, branch, commit, subject, at }): QuickPickItem & { readonly ref: string } => {
    const when = `${kind === 'before' ? 'Before a landing' : 'Taken back'}, ${new Date(at).toLocaleString()}`;
    const detail = `${branch.replace('refs/heads/', '')}: ${when}`;
    return { label: subject, description: commit.slice(0, 7), detail, ref };
  });
  const options = {
    title: 'Restore Save Point',
    placeHolder: 'Choose a state to bring its branch to; what the branch has now is kept',
    matchOnDescription: true,
    matchOnDetail: true,
  };
  return (await window.showQuickPick(items, options))?.ref ?? null;
}
