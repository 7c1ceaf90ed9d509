import { window } from 'vscode';
import { diffStat, plural } from '../../domain/describe-event.ts';
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
  const options = { title: 'Approve', placeHolder: 'Enter signs and lands the change, Escape leaves it waiting' };
  if (!(await window.showQuickPick([landItem(review, standing)], options))) return;
  await decide(app, review, { type: 'approve', hunks: null });
};

const checkOptions = { title: 'Check Again', placeHolder: 'The evidence is of another change than the one you chose' };

function checkItem({ rejected, edited }: Standing) {
  const what = [
    ...(rejected > 0 ? [`${plural(rejected, 'hunk', 'hunks')} left out`] : []),
    ...(edited > 0 ? [`${plural(edited, 'hunk', 'hunks')} edited`] : []),
  ];
  const detail = 'Checks and reviewers look at exactly what you chose. Nothing lands before you approve it.';
  return { label: '$(sync) Check again', description: what.join(', '), detail };
}

function landItem({ run, phase }: PendingReview, standing: Standing | undefined) {
  const branch = run.plan.landsOn.replace('refs/heads/', '');
  const findings = phase.audit?.findings.length ?? 0;
  const passed = phase.checks?.withheld ?? `${plural(phase.checks?.results.length ?? 0, 'check', 'checks')} passed`;
  const hunks = standing && standing.hunks > 1 ? `all ${standing.hunks} hunks of ` : '';
  const undecided = standing && standing.accepted > 0 ? standing.hunks - standing.accepted : 0;
  const open = undecided > 0 ? [`${plural(undecided, 'hunk', 'hunks')} you have not decided`] : [];
  const parts = [diffStat(phase.staged?.files ?? []), passed, plural(findings, 'finding', 'findings'), ...open];
  return {
    label: `$(check) Approve ${hunks}“${titleOf(phase.spec)}” for ${branch}`,
    description: formatCost(phase.spend.cost),
    detail: `One commit: ${parts.join(' · ')}`,
  };
}
