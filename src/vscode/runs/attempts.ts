import type { Workspace } from '../../compose.ts';
import { localize } from '../../contract/words.ts';
import { describeFault } from '../../domain/describe-fault.ts';
import type { Spend } from '../../domain/money.ts';
import type { PhaseRecord } from '../../domain/run.ts';

/** One attempt as the tree shows it. */
export interface Attempt {
  readonly runId: string;
  readonly phaseId: string;
  readonly number: number;
  readonly model: string;
  /** Why this model. */
  readonly route: string;
  readonly outcome: 'live' | 'passed' | 'failed';
  /** Why it did not pass; null while it is live and where it did. */
  readonly because: string | null;
  readonly spend: Spend;
}

type AttemptRecord = ReturnType<Workspace['ledger']['attempts']>[number];

/** What became of an attempt; `phaseReason` says why its phase ended. */
export function attemptOf(record: AttemptRecord, phaseReason: PhaseRecord['reason']): Attempt {
  const { runId, phaseId, attempt: number, model, reason: route, spend } = record;
  return { runId, phaseId, number, model, route, spend, ...outcomeOf(record, phaseReason) };
}

function outcomeOf(
  { verdict, refused, endedAt }: AttemptRecord,
  phaseReason: string | null,
): Pick<Attempt, 'outcome' | 'because'> {
  if (verdict?.type === 'land' || verdict?.type === 'review') return { outcome: 'passed', because: null };
  if (verdict) return { outcome: 'failed', because: verdict.because.summary };
  if (refused) return { outcome: 'failed', because: describeFault(refused, localize).message };
  // Cut off before there was anything to judge.
  return endedAt === null ? { outcome: 'live', because: null } : { outcome: 'failed', because: phaseReason };
}
