import { z } from 'zod';
import { type EngineEvent, engineEventSchema } from '../domain/event.ts';
import type { Source } from './read-runs.ts';
import { parseRow, parseStored } from './texts.ts';

/** An event with its place among all that the ledger ever kept; numbers only grow, and are not used twice. */
export interface NumberedEvent {
  readonly sequence: number;
  readonly event: EngineEvent;
}

const eventRow = z.object({ sequence: z.int(), body: z.string() });

/** Events of all runs, in the order in which they were kept. */
export function readEventsAfter(
  { connection, texts }: Source,
  sequence: number,
  limit: number,
): readonly NumberedEvent[] {
  const rows = connection.all(
    'SELECT sequence, body FROM events WHERE sequence > :sequence ORDER BY sequence LIMIT :limit',
    { sequence, limit },
  );
  return rows.map((row) => {
    const { sequence, body } = parseRow(connection.file, eventRow, row);
    return { sequence, event: parseStored(connection.file, engineEventSchema, texts.unpack(body)) };
  });
}

export function readLastSequence({ connection }: Source): number {
  return Number(connection.get('SELECT max(sequence) AS last FROM events')?.last ?? 0);
}
