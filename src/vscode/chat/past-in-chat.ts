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
  say.markdown(item(`Today: ${formatCost(totals.today.cost)}`));
  say.markdown(item(`This month: ${formatCost(totals.month.cost)}`));
  for (const { goal, spend } of runs) say.markdown(item(`${formatCost(spend.cost)} for ${goal}`));
  say.markdown('\n✓ billed, = computed, \\~ estimated, ? unknown');
}

/** How a run went: the last one, or the one that is named. */
export async function explainInChat({ session, prompt, say }: Answering): Promise<void> {
  const run = await session.look(({ reader }) => reader.run(prompt === '' ? 'last' : prompt));
  if (!run) {
    say.markdown(prompt === '' ? 'There is no run yet.' : 'There is no such run.');
    return;
  }
  say.markdown(item(`${run.plan.goal.split('\n', 1)[0]}: ${run.state.replace('-', ' ')}. ${run.reason ?? ''}`.trim()));
  for (const phase of run.phases) {
    const attempts = phase.attempts === 1 ? '1 attempt' : `${phase.attempts} attempts`;
    const facts = [phase.state.replace('-', ' '), attempts, formatCost(phase.spend.cost)].join(', ');
    say.markdown(item(`${titleOf(phase.spec)}: ${facts}. ${phase.reason ?? ''}`.trim()));
    for (const { severity, claim } of phase.audit?.findings ?? []) say.markdown(item(`  ${severity}: ${claim}`));
  }
  const command: CommandId = 'countersign.showTrajectory';
  say.button({ title: 'Show Trajectory', command, arguments: [{ runId: run.id }] });
}
