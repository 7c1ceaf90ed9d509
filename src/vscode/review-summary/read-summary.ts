import type { Workspace } from '../../compose.ts';
import type { ReviewSummaryView } from '../../contract/review-summary.ts';
import { reviewSummaryOf } from '../../contract/review-summary-builder.ts';
import { counted, localize } from '../../contract/words.ts';
import { addSpend, type Cost, type Spend } from '../../domain/money.ts';
import type { Hunks } from '../review/hunks.ts';
import type { ReviewKey } from '../review/proposal-uri.ts';

const whole: ReviewSummaryView['standing'] = { hunks: 0, accepted: 0, rejected: 0, edited: 0, stale: false };

/** What the review summary shows; null where the history has no such phase. */
export async function readSummary(
  { ledger, repository, signable }: Workspace,
  hunks: Hunks,
  key: ReviewKey,
): Promise<ReviewSummaryView | null> {
  const run = ledger.run(key.runId);
  const phase = ledger.phase(key.runId, key.phaseId);
  if (!run || !phase) return null;
  const waits = signable(run).some(({ id }) => id === phase.id);
  const change = phase.staged ? await hunks.change(key, phase.staged.commit) : null;
  const moved = waits && (await repository.resolve(run.plan.landsOn)) !== phase.staged?.base;
  const files = new Map(
    (change?.paths ?? []).map((path) => {
      const all = change?.hunks(path) ?? [];
      const kept = all.filter(({ decision }) => decision !== 'rejected').length;
      return [path, { hunks: all.length, kept, line: (all[0]?.from ?? 0) + 1 }];
    }),
  );
  const dismissed = new Set(ledger.dismissals().map(({ fingerprint }) => fingerprint));
  const standing = change && waits ? change.standing : whole;
  const costs = costsOf(ledger, key);
  return reviewSummaryOf({ run, phase, signable: waits, moved, dismissed, standing, files, costs });
}

const roleNames: () => Readonly<Record<string, string>> = () => ({
  builder: localize('Builder'),
  reflector: localize('Reflection'),
  auditor: localize('Review'),
  aggregator: localize('Review'),
});

/** What each role spent on a phase. */
function costsOf(
  ledger: Workspace['ledger'],
  key: ReviewKey,
): readonly { readonly name: string; readonly cost: Cost }[] {
  const byName = new Map<string, Spend>();
  for (const { role, tokens, cost } of ledger.calls({ runId: key.runId, phaseId: key.phaseId, texts: false })) {
    const name = roleNames()[role ?? ''] ?? localize('Other');
    const call = { calls: 1, tokens, cost };
    const known = byName.get(name);
    byName.set(name, known ? addSpend(known, call) : call);
  }
  return [...byName].map(([name, { calls, cost }]) => ({
    name: `${name}, ${counted(calls, '{0} call', '{0} calls')}`,
    cost,
  }));
}
