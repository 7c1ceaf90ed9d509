import { l10n, window } from 'vscode';
import { counted, localize } from '../../contract/words.ts';
import { diffStat } from '../../domain/describe-event.ts';
import { formatCost } from '../../domain/money.ts';
import { titleOf } from '../../domain/spec.ts';
import type { Handler } from '../app.ts';
import { chooseReview } from '../review/choose-review.ts';
import { decide } from '../review/decide.ts';
import type { Standing } from '../review/reviewed-change.ts';
import type { PendingReview } from '../review/reviews.ts';
import { checkChosen } from './check-again.ts';

/**
 * Repeats what will land, in one line, and lands it. What was left out or edited has no evidence yet: then the one thing
 * to do is to check again.
 */
export const approve: Handler = async (app, target) => {
  const review = await chooseReview(app, target);
  if (!review) return;
  const { run, phase } = review;
  const key = { runId: run.id, phaseId: phase.id };
  const change = phase.staged ? await app.hunks.change(key, phase.staged.commit) : null;
  const standing = change?.standing;
  if (standing?.stale) {
    if (await window.showQuickPick([checkItem(standing)], checkOptions)) await checkChosen(app, review);
    return;
  }
  const options = {
    title: l10n.t('Approve'),
    placeHolder: l10n.t('Enter signs and lands the change, Escape leaves it waiting'),
  };
  if (!(await window.showQuickPick([landItem(review, standing)], options))) return;
  await decide(app, review, { type: 'approve', hunks: null });
};

const checkOptions = {
  title: l10n.t('Check Again'),
  placeHolder: l10n.t('The evidence is of another change than the one you chose'),
};

function checkItem({ rejected, edited }: Standing) {
  const what = [
    ...(rejected > 0 ? [l10n.t('{0} left out', counted(rejected, '{0} hunk', '{0} hunks'))] : []),
    ...(edited > 0 ? [l10n.t('{0} edited', counted(edited, '{0} hunk', '{0} hunks'))] : []),
  ];
  const detail = l10n.t('Checks and reviewers look at exactly what you chose. Nothing lands before you approve it.');
  return { label: l10n.t('$(sync) Check again'), description: what.join(', '), detail };
}

function landItem({ run, phase }: PendingReview, standing: Standing | undefined) {
  const branch = run.plan.landsOn.replace('refs/heads/', '');
  const findings = phase.audit?.findings.length ?? 0;
  const passed =
    phase.checks?.withheld ??
    l10n.t('{0} passed', counted(phase.checks?.results.length ?? 0, '{0} check', '{0} checks'));
  const hunks = standing && standing.hunks > 1 ? l10n.t('all {0} hunks of ', standing.hunks) : '';
  const undecided = standing && standing.accepted > 0 ? standing.hunks - standing.accepted : 0;
  const open = undecided > 0 ? [l10n.t('{0} you have not decided', counted(undecided, '{0} hunk', '{0} hunks'))] : [];
  const parts = [
    diffStat(phase.staged?.files ?? [], localize),
    passed,
    counted(findings, '{0} finding', '{0} findings'),
    ...open,
  ];
  return {
    label: l10n.t('$(check) Approve {0}“{1}” for {2}', hunks, titleOf(phase.spec), branch),
    description: formatCost(phase.spend.cost, localize),
    detail: l10n.t('One commit: {0}', parts.join(' · ')),
  };
}
