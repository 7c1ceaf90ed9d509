import { l10n, window } from 'vscode';
import type { Handler } from '../app.ts';
import { auditInEditor } from '../audit/audit.ts';

/** Audits what this branch holds beyond where it left another one. */
export const auditBranch: Handler = async (app) => {
  const name = await window.showInputBox({
    title: l10n.t('Audit Branch'),
    prompt: l10n.t('What is new since this branch or commit is audited.'),
    value: 'main',
    validateInput: (text) => (text.trim() === '' ? l10n.t('Name a branch or a commit.') : null),
  });
  if (name !== undefined) await auditInEditor(app, { type: 'base', name: name.trim() });
};
