import { window } from 'vscode';
import { diffStat, plural } from '../../domain/describe-event.ts';
import { formatCost } from '../../domain/money.ts';
import { titleOf } from '../../domain/spec.ts';
import type { Handler } from '../app.ts';
import { chooseReview } from '../review/choose-review.ts';
import { decide } from '../review/decide.ts';

/** Repeats what will land, in one line, and lands it. */
export const approve: Handler = async (app, target) => {
  const review = await chooseReview(app, target);
  if (!review) return;
  const { run, phase } = review;
  const branch = run.plan.landsOn.replace('refs/heads/', '');
  const findings = phase.audit?.findings.length ?? 0;
  const passed = phase.checks?.withheld ?? `${plural(phase.checks?.results.length ?? 0, 'check', 'checks')} passed`;
  const item = {
    label: `$(check) Land “${titleOf(phase.spec)}” on ${branch}`,
    description: formatCost(phase.spend.cost),
    detail: `One commit: ${diffStat(phase.staged?.files ?? [])} · ${passed} · ${plural(findings, 'finding', 'findings')}`,
  };
  const options = { title: 'Approve', placeHolder: 'Enter signs and lands the change, Escape leaves it waiting' };
  if (await window.showQuickPick([item], options)) await decide(app, review, { type: 'approve', hunks: null });
};
