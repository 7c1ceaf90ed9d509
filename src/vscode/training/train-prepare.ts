import path from 'node:path';
import { l10n, ProgressLocation, type QuickPickItem, Uri, window } from 'vscode';
import type { Prepared } from '../../compose/training/prepare-training.ts';
import { counted } from '../../contract/words.ts';
import type { App, Handler } from '../app.ts';
import { inThread } from './thread.ts';

interface FormatItem extends QuickPickItem {
  readonly format: string;
}

/** Formats that are chosen at first: what the two commonest ways of training take. */
const usual: ReadonlySet<string> = new Set(['trl-sft', 'trl-dpo', 'openai-sft']);

/** Makes a dataset of what was kept, in a folder that the user names, and opens its card. Nothing leaves the machine. */
export const trainPrepare: Handler = async (app) => {
  const formats = await chooseFormats();
  if (!formats) return;
  const base = app.session.folder?.uri;
  const target = await window.showSaveDialog({
    title: l10n.t('Prepare Training Data: Folder to Make'),
    saveLabel: l10n.t('Prepare'),
    ...(base ? { defaultUri: Uri.joinPath(base, 'countersign-dataset') } : {}),
  });
  if (!target) return;
  const prepared = await prepare(app, target.fsPath, formats);
  app.status.tell(
    l10n.t('Prepared {0}', counted(prepared.manifest.trajectories, '{0} trajectory', '{0} trajectories')),
  );
  // What it holds, and what was left out of it and why.
  await window.showTextDocument(Uri.file(path.join(prepared.folder, 'README.md')));
};

async function chooseFormats(): Promise<readonly string[] | null> {
  const { trainingFormats } = await import('../../compose/training/training-formats.ts');
  const items = trainingFormats().map((format): FormatItem => ({ label: format, format, picked: usual.has(format) }));
  const picked = await window.showQuickPick(items, {
    title: l10n.t('Prepare Training Data'),
    placeHolder: l10n.t('Formats to write, each as training and held-out rows'),
    canPickMany: true,
  });
  return picked && picked.length > 0 ? picked.map(({ format }) => format) : null;
}

function prepare(app: App, folder: string, formats: readonly string[]): Promise<Prepared> {
  const title = l10n.t('Preparing training data');
  const request = { folder, formats, split: { seed: '1', heldOut: 0.1, from: null }, recorded: false };
  return Promise.resolve(
    window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, (_, token) =>
      app.training.work.during(title, (stop) => {
        token.onCancellationRequested(() => stop.abort());
        return inThread(app, { name: 'prepare', request }, { signal: stop.signal });
      }),
    ),
  );
}
