import type { EngineEvent } from '../domain/event.ts';
import type { Connection } from './connection.ts';
import type { Texts } from './texts.ts';

/** What a projection writes with, all inside the transaction that keeps the event itself. */
export interface Projection {
  readonly connection: Connection;
  readonly texts: Texts;
  readonly nowMs: number;
  /** The process that records, as `owner.ts` writes it. */
  readonly owner: string;
}

export function phaseKey(event: EngineEvent): { runId: string; phaseId: string } {
  return { runId: event.runId, phaseId: event.phaseId ?? '' };
}
