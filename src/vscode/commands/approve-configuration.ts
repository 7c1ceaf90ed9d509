import path from 'node:path';
import { type Tab, TabInputText, Uri, window, workspace } from 'vscode';
import { plural } from '../../domain/describe-event.ts';
import type { App, Handler } from '../app.ts';

/** Shows what the folder's configuration sets and asks whether it counts. Resolves to whether all of it counts now. */
export async function askForApproval(app: App): Promise<boolean> {
  const unapproved = await app.session.useFresh(({ config }) => config.unapproved);
  if (!unapproved) return true;
  const { file, keys } = unapproved;
  const uri = Uri.file(file);
  const wasOpen = tabsOf(uri).length > 0;
  await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
  const name = path.join(path.basename(path.dirname(file)), path.basename(file));
  const message = `This folder’s configuration sets ${plural(keys.length, 'key', 'keys')} that need your approval.`;
  const detail = `${keys.join('\n')}\n\nThey stand in ${name}, which is open behind this question. Until you approve they do not count; when the file changes you are asked again.`;
  const answer = await window.showWarningMessage(message, { modal: true, detail }, 'Approve');
  if (!wasOpen) await window.tabGroups.close(tabsOf(uri));
  if (answer !== 'Approve') return false;
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
  const pending = await app.session.useFresh(({ config }) => config.unapproved !== null);
  if (!pending) {
    void window.showInformationMessage('Every key of this folder’s configuration counts already.');
    return;
  }
  if (await askForApproval(app)) app.status.tell('Configuration approved');
};
