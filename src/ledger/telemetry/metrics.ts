import type { EngineEvent } from '../../domain/event.ts';

/** What one event adds to the metrics file, as one line of JSON; null where it adds nothing. No text of a run is in it. */
export function metricsLine(event: EngineEvent): string | null {
  const metrics = metricsOf(event);
  if (!metrics) return null;
  const { at, runId, phaseId = null, attempt = null } = event;
  return `${JSON.stringify({ at, runId, phaseId, attempt, ...metrics })}\n`;
}

function metricsOf(event: EngineEvent): object | null {
  switch (event.type) {
    case 'call-end': {
      const { role, model, seconds, tokens, cost, overrun, fault } = event;
      const money = { costMicros: cost.micros, costLabel: cost.label };
      return { metric: 'call', role, model, seconds, ...tokens, ...money, overrun, fault: fault?.code ?? null };
    }
    case 'check-end': {
      const { outcome, seconds, tries } = event.result;
      return { metric: 'check', outcome, seconds, tries };
    }
    case 'phase-end': {
      const { state, attempts, spend, fault } = event;
      const { calls, tokens, cost } = spend;
      const money = { costMicros: cost.micros, costLabel: cost.label };
      return { metric: 'phase', state, attempts, calls, ...tokens, ...money, fault: fault?.code ?? null };
    }
    case 'run-end':
      return { metric: 'run', outcome: event.outcome, exitCode: event.exitCode, phases: event.phases.length };
    default:
      return null;
  }
}
