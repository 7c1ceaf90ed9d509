import { l10n, window } from 'vscode';
import { titleOf } from '../../domain/spec.ts';
import type { Handler } from '../app.ts';
import { chooseReview } from '../review/choose-review.ts';
import { decide } from '../review/decide.ts';

export const reject: Handler = async (app, target) => {
  const review = await chooseReview(app, target);
  if (!review) return;
  const note = await window.showInputBox({
    title: l10n.t('Reject “{0}”', titleOf(review.phase.spec)),
    prompt: l10n.t('Nothing of the change lands; your files stay as they are.'),
    placeHolder: l10n.t('Why? (optional)'),
  });
  if (note !== undefined) await decide(app, review, { type: 'reject', note: note.trim() || null });
};
