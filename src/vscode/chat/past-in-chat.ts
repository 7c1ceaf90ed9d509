import { phaseStateWord, runStateWord } from '../../contract/state-words.ts';
import { localize } from '../../contract/words.ts';
import { formatCost } from '../../domain/money.ts';
import { titleOf } from '../../domain/spec.ts';
import type { CommandId } from '../../manifest/commands.ts';
import type { Answering } from './answering.ts';
import { item } from './words.ts';

const mostRuns = 5;

/** What was spent today, this month, and by the last runs. */
export async function spendInChat({ session, say }: Answering): Promise<void> {
  const { totals, runs } = await session.look(async ({ reader }) => ({
    totals: await reader.periodTotals(),
    runs: await reader.runs({ limit: mostRuns }),
  }));
  say.markdown(item(localize('Today: {0}', formatCost(totals.today.cost, localize))));
  say.markdown(item(localize('This month: {0}', formatCost(totals.month.cost, localize))));
  for (const { goal, spend } of runs)
    say.markdown(item(localize('{0} for {1}', formatCost(spend.cost, localize), goal)));
  say.markdown(localize('\n✓ billed, = computed, \\~ estimated, ? unknown'));
}

/** How a run went: the last one, or the one that is named. */
export async function explainInChat({ session, prompt, say }: Answering): Promise<void> {
  const run = await session.look(({ reader }) => reader.run(prompt === '' ? 'last' : prompt));
  if (!run) {
    say.markdown(prompt === '' ? localize('There is no run yet.') : localize('There is no such run.'));
    return;
  }
  say.markdown(item(`${run.plan.goal.split('\n', 1)[0]}: ${runStateWord(run.state)}. ${run.reason ?? ''}`.trim()));
  for (const phase of run.phases) {
    const attempts = phase.attempts === 1 ? localize('1 attempt') : localize('{0} attempts', phase.attempts);
    const facts = [phaseStateWord(phase.state), attempts, formatCost(phase.spend.cost, localize)].join(', ');
    say.markdown(item(`${titleOf(phase.spec)}: ${facts}. ${phase.reason ?? ''}`.trim()));
    for (const { severity, claim } of phase.audit?.findings ?? []) say.markdown(item(`  ${severity}: ${claim}`));
  }
  const command: CommandId = 'countersign.showTrajectory';
  say.button({ title: localize('Show Trajectory'), command, arguments: [{ runId: run.id }] });
}
