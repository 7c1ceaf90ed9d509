import { commands, l10n, ProgressLocation, window } from 'vscode';
import type { ChangeSource } from '../../compose/audit-change.ts';
import { riskWord } from '../../contract/state-words.ts';
import { localize } from '../../contract/words.ts';
import { describeFindings } from '../../domain/describe-event.ts';
import { formatCost } from '../../domain/money.ts';
import type { App } from '../app.ts';
import { reportProgress } from '../progress.ts';

/** Audits a change and puts what was found among the Problems. Throws what the audit cannot do. */
export async function auditInEditor(app: App, source: ChangeSource): Promise<void> {
  const { auditOf, describeNotShown } = await import('../../compose/audit-change.ts');
  const stopped = new AbortController();
  const options = { location: ProgressLocation.Notification, title: l10n.t('Auditing'), cancellable: true };
  const told = await window.withProgress(options, (progress, token) => {
    token.onCancellationRequested(() => stopped.abort());
    const listening = reportProgress(app.session, progress);
    const work = app.session.run(async (workspace) => {
      const nobodySaid = { panel: null, goal: null, usd: null };
      const audited = await auditOf(workspace, source, nobodySaid, stopped.signal);
      const anchor = audited.staged.files[0]?.path ?? '.';
      app.problems.show(workspace.repository.root, audited.audit.findings, anchor);
      return audited;
    });
    return work.finally(() => listening.dispose());
  });
  const { audit, risk, spend, runId, notShown } = told;
  const found = l10n.t('Audit: {0}, risk {1}.', describeFindings(audit.findings, localize), riskWord(risk.level));
  const asked = runId === null ? l10n.t('No model was asked.') : formatCost(spend.cost, localize);
  const text = [found, asked, describeNotShown(notShown)].filter((part) => part !== null).join(' ');
  const say = told.verdict.type === 'land' ? window.showInformationMessage : window.showWarningMessage;
  // The command has done its work: what becomes of the message is nobody's to wait for.
  const buttons = audit.findings.length > 0 ? [l10n.t('Show Problems')] : [];
  void say(text, ...buttons).then((chosen) => chosen && commands.executeCommand('workbench.actions.view.problems'));
}
