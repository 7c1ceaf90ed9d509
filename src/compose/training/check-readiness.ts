/** Whether there is enough to train on, by what the ledger holds. */
import type { Workspace } from '../../compose.ts';
import { collect } from '../../training/collect.ts';
import { createLeftOut } from '../../training/left-out.ts';
import { defaultReadinessRule, type Readiness, readinessOf, type Stock } from '../../training/readiness.ts';

/** How many of the newest trajectories are looked at for whether they are whole. */
const { newest } = defaultReadinessRule;

/** @param lastTrainedAt ISO 8601, when the last job began; null where there was none */
export function checkReadiness(
  { ledger }: Pick<Workspace, 'ledger'>,
  recorded: boolean,
  now: Date,
  lastTrainedAt: string | null = null,
): Readiness {
  const leftOut = createLeftOut();
  const groupSizes: number[] = [];
  const latest: { readonly at: string; readonly whole: boolean }[] = [];
  let trajectories = 0;
  for (const phases of ledger.trainingGroups({})) {
    const group = collect(phases, { recorded }, leftOut);
    trajectories += group.length;
    groupSizes.push(group.length);
    const whole = new Set(group.map(({ runId, phaseId, attempt }) => `${runId}/${phaseId}/${attempt}`));
    for (const { runId, phaseId, attempts, spec, recorded: isRecorded } of phases) {
      // One that opted out is not incomplete: it was never meant to be there.
      if ((isRecorded && !recorded) || spec.trajectory === 'totals') continue;
      for (const { attempt, startedAt } of attempts) {
        latest.push({ at: startedAt, whole: whole.has(`${runId}/${phaseId}/${attempt}`) });
      }
    }
    latest.sort((a, b) => (a.at < b.at ? 1 : -1)).splice(newest);
  }
  const stock: Stock = { trajectories, groupSizes, newest: latest.map(({ whole }) => whole), lastTrainedAt };
  return readinessOf(stock, defaultReadinessRule, now);
}
