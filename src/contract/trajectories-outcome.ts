import { describeFault } from '../domain/describe-fault.ts';
import type { EventOf } from '../domain/event.ts';
import type { Fault } from '../domain/fault.ts';
import type { AttemptView, VerdictView } from './trajectories-phase.ts';
import { localize } from './words.ts';

type Decided = EventOf<'review-decided'>;

export function decisionWords({ decision, note }: Pick<Decided, 'decision' | 'note'>): string {
  const words = {
    approve: localize('approved by you'),
    reject: localize('rejected by you'),
    revise: localize('sent back by you'),
  }[decision];
  return note ? `${words}: ${note}` : words;
}

export function verdictViewOf(
  attempt: number,
  { verdict, risk }: Pick<EventOf<'verdict-reached'>, 'verdict' | 'risk'>,
  decision: Decided | null,
): VerdictView {
  const base = { attempt, risk, decision: decision ? decisionWords(decision) : null };
  switch (verdict.type) {
    case 'land':
      return {
        ...base,
        outcome: 'good',
        sentence: localize('Passed: it may land by itself.'),
        reasons: verdict.reasons,
      };
    case 'review':
      return {
        ...base,
        outcome: 'warning',
        sentence: localize('A person signs this change.'),
        reasons: verdict.reasons,
      };
    case 'revise':
    case 'stop': {
      const { summary, detail } = verdict.because;
      return { ...base, outcome: 'bad', sentence: summary, reasons: detail === '' ? [] : [detail] };
    }
  }
}

interface Ending {
  readonly running: boolean;
  readonly verdict: EventOf<'verdict-reached'> | null;
  readonly refused: Fault | null;
  readonly decision: Decided | null;
  /** Why the phase ended in this attempt; null where it landed or went on. */
  readonly end: string | null;
}

/** How an attempt stands, in a few words. */
export function attemptWords({
  running,
  verdict,
  refused,
  decision,
  end,
}: Ending): Pick<AttemptView, 'outcome' | 'words'> {
  if (decision) return { outcome: decision.decision === 'approve' ? 'good' : 'bad', words: decisionWords(decision) };
  if (refused) return { outcome: 'bad', words: describeFault(refused, localize).message };
  switch (verdict?.verdict.type) {
    case 'land':
      return end === null ? { outcome: 'good', words: localize('passed') } : { outcome: 'bad', words: end };
    case 'review':
      return { outcome: 'warning', words: localize('waits for your signature') };
    case 'revise':
    case 'stop':
      return { outcome: 'bad', words: verdict.verdict.because.summary };
    default:
      if (running) return { outcome: 'live', words: localize('running') };
      return end === null ? { outcome: 'neutral', words: localize('cut off') } : { outcome: 'bad', words: end };
  }
}
