import type { EditorFindings } from '../../domain/building.ts';
import type { EngineEvent } from '../../domain/event.ts';
import type { Task } from '../../engine/ports/builder.ts';

/** What an editor gave for this phase on this base when the run was made; null where that is not known. */
export type KeptFindings = (task: Task) => EditorFindings | null;

/** Runs at work at once, with some to spare. */
const mostRuns = 4;

/**
 * Reads it from the events that a run had when this process first met it: those of a run that is resumed or replayed.
 * Where such a run gathered for a phase and no editor was asked, none is asked now.
 */
export function createKeptFindings(eventsOf: (runId: string) => readonly EngineEvent[]): KeptFindings {
  const known = new Map<string, readonly EngineEvent[]>();
  return ({ scope, base }) => {
    const { runId, phaseId } = scope;
    const events = known.get(runId) ?? eventsOf(runId).filter(({ type }) => type === 'context-gathered');
    known.set(runId, events);
    for (const old of [...known.keys()].slice(0, -mostRuns)) known.delete(old);
    const gathered = events.flatMap((event) =>
      event.type === 'context-gathered' && event.phaseId === phaseId ? [event.editor] : [],
    );
    if (gathered.length === 0) return null;
    if (gathered.every((editor) => editor === undefined)) return { base, gatherers: [] };
    return gathered.findLast((editor) => editor?.base === base) ?? null;
  };
}
