import path from 'node:path';
import { l10n, Uri, window, workspace } from 'vscode';
import type { Handler } from '../app.ts';
import { auditInEditor } from '../audit/audit.ts';

/** Audits a patch file as it would stand on HEAD: the one that is named, else the one that is picked. */
export const auditPatch: Handler = async (app, target) => {
  const file = target instanceof Uri ? target : await pick(app.session.folder?.uri);
  if (!file) return;
  const text = new TextDecoder().decode(await workspace.fs.readFile(file));
  await auditInEditor(app, { type: 'patch', text, name: path.basename(file.fsPath) });
};

async function pick(folder: Uri | undefined): Promise<Uri | undefined> {
  const chosen = await window.showOpenDialog({
    title: l10n.t('Audit Patch File'),
    openLabel: l10n.t('Audit'),
    canSelectMany: false,
    filters: { [l10n.t('Patches')]: ['patch', 'diff'], [l10n.t('All Files')]: ['*'] },
    ...(folder ? { defaultUri: folder } : {}),
  });
  return chosen?.[0];
}
