import { describeEvent } from '../domain/describe-event.ts';
import type { EngineEvent } from '../domain/event.ts';
import type { Terminal } from './terminal.ts';

/** Shows events as they come: as JSON lines, or as one line each for a person. */
export function showEvents(terminal: Terminal): (event: EngineEvent) => void {
  return (event) => {
    terminal.emit(event);
    const line = describeEvent(event);
    if (line !== null) terminal.progress(line);
  };
}
