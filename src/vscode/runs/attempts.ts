import { setImmediate } from 'node:timers/promises';
import type { Workspace } from '../../compose.ts';
import { describeFault } from '../../domain/describe-fault.ts';
import type { EngineEvent } from '../../domain/event.ts';
import { addSpend, noSpend, type Spend } from '../../domain/money.ts';

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

interface Known {
  readonly byKey: Map<string, Attempt>;
  /** Id of the last event that was read. */
  after: string;
}

/** Bodies hold whole patches: so many are parsed before others get their turn. */
const eventsAtOnce = 12;

/** The attempts of runs, read from their events; what was read once is not read again. */
export function openAttempts(): (workspace: Workspace, runId: string) => Promise<readonly Attempt[]> {
  const knownOf = new Map<string, Known>();
  return async ({ ledger }, runId) => {
    const known = knownOf.get(runId) ?? { byKey: new Map(), after: '' };
    knownOf.set(runId, known);
    for (;;) {
      const events = ledger.events(runId, { after: known.after, limit: eventsAtOnce });
      for (const event of events) {
        if (event.eventId <= known.after) continue;
        known.after = event.eventId;
        note(known.byKey, event);
      }
      if (events.length < eventsAtOnce) return [...known.byKey.values()];
      await setImmediate();
    }
  };
}

function note(attempts: Map<string, Attempt>, event: EngineEvent): void {
  const { runId, phaseId, attempt: number } = event;
  if (phaseId === undefined) return;
  if (event.type === 'phase-end') {
    // Nothing of a phase that has ended is live any more.
    for (const [key, attempt] of attempts) {
      if (attempt.phaseId === phaseId && attempt.outcome === 'live') {
        attempts.set(key, { ...attempt, outcome: 'failed', because: event.reason });
      }
    }
    return;
  }
  if (number === undefined) return;
  const key = `${phaseId}/${number}`;
  if (event.type === 'attempt-start') {
    const { model, reason: route } = event;
    attempts.set(key, { runId, phaseId, number, model, route, outcome: 'live', because: null, spend: noSpend });
  }
  const attempt = attempts.get(key);
  if (attempt) attempts.set(key, { ...attempt, ...changeBy(event, attempt) });
}

function changeBy(event: EngineEvent, { spend }: Attempt): Partial<Attempt> {
  switch (event.type) {
    case 'call-end':
      return { spend: addSpend(spend, { calls: 1, tokens: event.tokens, cost: event.cost }) };
    case 'patch-refused':
      return { outcome: 'failed', because: describeFault(event.fault).message };
    case 'verdict-reached':
      return event.verdict.type === 'revise' || event.verdict.type === 'stop'
        ? { outcome: 'failed', because: event.verdict.because.summary }
        : { outcome: 'passed', because: null };
    default:
      return {};
  }
}
