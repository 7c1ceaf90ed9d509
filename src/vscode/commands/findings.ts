import { type CommentThread, l10n, Range, Selection, window, workspace } from 'vscode';
import type { Finding } from '../../domain/audit.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { App, Handler } from '../app.ts';
import { chooseReview } from '../review/choose-review.ts';
import { askReason, openAsPhase } from '../review/finding-actions.ts';
import { proposalUri, type ReviewKey } from '../review/proposal-uri.ts';
import type { PendingReview } from '../review/reviews.ts';
import { requestWith } from './request-changes.ts';

/** A finding by its name, as the review summary gives it. */
interface NamedFinding extends ReviewKey {
  readonly fingerprint: string;
}

function namedIn(app: App, argument: unknown): NamedFinding | null {
  if (typeof argument !== 'object' || argument === null) return null;
  const { runId, phaseId, fingerprint } = argument as Partial<NamedFinding>;
  if (typeof runId === 'string' && typeof phaseId === 'string' && typeof fingerprint === 'string')
    return { runId, phaseId, fingerprint };
  return app.findings.of(argument as CommentThread);
}

/** The finding of a comment thread or of the summary, else the one that the user picks; null where they pick none. */
async function chooseFinding(
  app: App,
  argument: unknown,
): Promise<{ readonly review: PendingReview; readonly finding: Finding } | null> {
  const named = namedIn(app, argument);
  const review = await chooseReview(app, named ?? undefined);
  const findings = review?.phase.audit?.findings ?? [];
  if (!review) return null;
  if (named) {
    const all = [...findings, ...(review.phase.audit?.aside ?? [])];
    const finding = all.find(({ fingerprint }) => fingerprint === named.fingerprint);
    return finding ? { review, finding } : null;
  }
  const items = findings.map((finding) => ({ label: finding.claim, description: finding.file ?? '', finding }));
  const chosen = await window.showQuickPick(items, { placeHolder: l10n.t('Choose a finding') });
  return chosen ? { review, finding: chosen.finding } : null;
}

export const askForFix: Handler = async (app, argument) => {
  const chosen = await chooseFinding(app, argument);
  if (chosen) await requestWith(app, chosen.review, [chosen.finding]);
};

export const dismissFinding: Handler = async (app, argument) => {
  const chosen = await chooseFinding(app, argument);
  if (!chosen) return;
  const { fingerprint, category, file, claim } = chosen.finding;
  if (category === 'auditor-error') {
    const problem = l10n.t('That a reviewer gave no verdict cannot be dismissed.');
    throw new EngineError({ code: 'arguments/invalid', problem, usage: null });
  }
  const reason = await askReason(chosen.finding);
  if (reason === null) return;
  const dismissal = { fingerprint, category, file, claim, reason, at: new Date().toISOString() };
  await app.session.use(({ ledger }) => ledger.dismiss(dismissal));
  await app.findings.update();
  await app.summary.update();
  app.status.tell(l10n.t('Finding dismissed'), 'circle-slash');
};

export const keepAsIssue: Handler = async (app, argument) => {
  const chosen = await chooseFinding(app, argument);
  if (chosen) await openAsPhase(chosen.finding);
};

/** Shows the lines that a finding quotes; one without a place is about the change as a whole. */
export const goToEvidence: Handler = async (app, argument) => {
  const chosen = await chooseFinding(app, argument);
  if (!chosen) return;
  const { review, finding } = chosen;
  const { staged } = review.phase;
  const key = { runId: review.run.id, phaseId: review.phase.id };
  if (finding.file === null || !staged?.files.some(({ path }) => path === finding.file)) {
    await app.summary.open(key);
    return;
  }
  const uri = proposalUri({ ...key, side: 'proposed', commit: staged.commit, path: finding.file });
  const document = await workspace.openTextDocument(uri);
  const editor = await window.showTextDocument(document);
  const [quoted = ''] = finding.evidence.trim().split('\n', 1);
  const at = quoted === '' ? -1 : document.getText().indexOf(quoted);
  const line = Math.min(Math.max(0, (finding.line ?? 1) - 1), document.lineCount - 1);
  const range =
    at === -1
      ? document.lineAt(line).range
      : new Range(document.positionAt(at), document.positionAt(at + quoted.length));
  editor.selection = new Selection(range.start, range.end);
  editor.revealRange(range);
};
