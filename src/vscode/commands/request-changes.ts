import { l10n, window } from 'vscode';
import type { Finding } from '../../domain/audit.ts';
import { titleOf } from '../../domain/spec.ts';
import type { App, Handler } from '../app.ts';
import { chooseReview } from '../review/choose-review.ts';
import { decide } from '../review/decide.ts';
import type { PendingReview } from '../review/reviews.ts';

const placeOf = ({ file, line }: Finding) => (file === null ? '' : line === null ? file : `${file}:${line}`);

/** Sends the change back with a note, and with the findings that the user wants mended. */
export const requestChanges: Handler = async (app, target) => {
  const review = await chooseReview(app, target);
  if (!review) return;
  const title = l10n.t('Request changes to “{0}”', titleOf(review.phase.spec));
  const quoted = await chooseFindings(title, review.phase.audit?.findings ?? []);
  if (quoted) await requestWith(app, review, quoted);
};

/** Asks for a note and sends the change back with it and with these findings. */
export async function requestWith(app: App, review: PendingReview, quoted: readonly Finding[]): Promise<void> {
  const title = l10n.t('Request changes to “{0}”', titleOf(review.phase.spec));
  const note = await window.showInputBox({
    title,
    prompt: l10n.t('The Builder tries again with your note. Your files stay as they are.'),
    placeHolder: quoted.length > 0 ? l10n.t('Anything else? (optional)') : l10n.t('What should be different?'),
    validateInput: (text) =>
      text.trim() === '' && quoted.length === 0 ? l10n.t('Say what should be different.') : null,
  });
  if (note === undefined) return;
  const lines = [note.trim(), ...quoted.map((finding) => `Mend this: ${placeOf(finding)} ${finding.claim}`)];
  await decide(app, review, { type: 'revise', note: lines.filter((line) => line !== '').join('\n') });
}

/** Null where the user went away; an empty list where none is to be quoted. */
async function chooseFindings(title: string, findings: readonly Finding[]): Promise<readonly Finding[] | null> {
  if (findings.length === 0) return [];
  const items = findings.map((finding) => ({
    label: finding.claim,
    description: placeOf(finding),
    picked: true,
    finding,
  }));
  const placeHolder = l10n.t('Choose the findings to have mended');
  const chosen = await window.showQuickPick(items, { title, placeHolder, canPickMany: true });
  return chosen ? chosen.map(({ finding }) => finding) : null;
}
