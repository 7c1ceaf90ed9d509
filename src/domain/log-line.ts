import { describeEvent } from './describe-event.ts';
import type { EngineEvent } from './event.ts';

/**
 * An event as a log has it. `EID` event, `RID` run, `PID` phase, `UID` the unit of work it belongs to (a call, else
 * the attempt), `COMP` the role, reviewer or gatherer it comes from, `STAGE` how far that is. `-` where there is none.
 */
export interface LogFields {
  readonly EID: string;
  readonly RID: string;
  readonly PID: string;
  readonly UID: string;
  readonly COMP: string;
  readonly STAGE: EngineEvent['stage'];
}

export function logFields(event: EngineEvent): LogFields {
  return {
    EID: event.eventId,
    RID: event.runId,
    PID: event.phaseId ?? '-',
    UID: unitOf(event),
    COMP: event.component ?? ('role' in event ? event.role : 'engine'),
    STAGE: event.stage,
  };
}

function unitOf(event: EngineEvent): string {
  if ('callId' in event) return event.callId;
  return event.attempt === undefined ? '-' : `attempt-${event.attempt}`;
}

/** Such as `EID=… RID=… PID=fix UID=attempt-1 COMP=builder STAGE=DISPATCH call-start`, with words for a person after it. */
export function logLine(event: EngineEvent): string {
  const fields = Object.entries(logFields(event)).map(([name, value]) => `${name}=${value}`);
  const words = describeEvent(event)?.replace(/\s+/g, ' ');
  return `${fields.join(' ')} ${event.type}${words ? `: ${words}` : ''}`;
}

/** The four steps that every piece of work goes through, whatever becomes of it. */
export type Step = 'submitted' | 'processing' | 'debug' | 'final';

export function stepOf({ type, stage }: Pick<EngineEvent, 'type' | 'stage'>): Step {
  if (type === 'phase-end' || type === 'run-end') return 'final';
  if (type === 'run-start' || type === 'phase-start') return 'submitted';
  return stage === 'ACK' || stage === 'DISPATCH' ? 'processing' : 'debug';
}
