import path from 'node:path';
import { l10n, type Tab, TabInputText, Uri, window, workspace } from 'vscode';
import type { Unapproved } from '../../compose.ts';
import { counted } from '../../contract/words.ts';
import type { App, Handler } from '../app.ts';

/** Shows what the folder's configuration sets and asks whether it counts. Resolves to whether all of it counts now. */
export async function askForApproval(app: App): Promise<boolean> {
  const pending = await app.session.useFresh(({ config }) => config.unapproved);
  for (const unapproved of pending) if (!(await askForFile(app, unapproved))) return false;
  return true;
}

async function askForFile(app: App, unapproved: Unapproved): Promise<boolean> {
  const { file, keys } = unapproved;
  const uri = Uri.file(file);
  const wasOpen = tabsOf(uri).length > 0;
  await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
  const name = path.join(path.basename(path.dirname(file)), path.basename(file));
  const message = l10n.t(
    'This folder’s configuration sets {0} that need your approval.',
    counted(keys.length, '{0} key', '{0} keys'),
  );
  const detail = l10n.t(
    '{0}\n\nThey stand in {1}, which is open behind this question. Until you approve they do not count; when the file changes you are asked again.',
    keys.join('\n'),
    name,
  );
  const approve = l10n.t('Approve');
  const answer = await window.showWarningMessage(message, { modal: true, detail }, approve);
  if (!wasOpen) await window.tabGroups.close(tabsOf(uri));
  if (answer !== approve) return false;
  const { approveWorkspace } = await import('../../compose.ts');
  await approveWorkspace(unapproved, process.env);
  app.log.info(`Approved ${file}: ${keys.join(', ')}`);
  app.session.refresh();
  return true;
}

function tabsOf(uri: Uri): Tab[] {
  const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.filter(({ input }) => input instanceof TabInputText && input.uri.toString() === uri.toString());
}

export const approveConfiguration: Handler = async (app) => {
  const pending = await app.session.useFresh(({ config }) => config.unapproved.length > 0);
  if (!pending) {
    void window.showInformationMessage(l10n.t('Every key of this folder’s configuration counts already.'));
    return;
  }
  if (await askForApproval(app)) app.status.tell(l10n.t('Configuration approved'));
};
