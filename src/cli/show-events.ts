import { createCountdown } from '../compose/countdown.ts';
import { describeEvent } from '../domain/describe-event.ts';
import type { EngineEvent } from '../domain/event.ts';
import { logLine } from '../domain/log-line.ts';
import type { Terminal } from './terminal.ts';

/** Shows events as they come: as JSON lines, or as one line each for a person; verbosely, their log lines as well. */
export function showEvents(terminal: Terminal): (event: EngineEvent) => void {
  const countdown = createCountdown((seconds) => terminal.transient(seconds === null ? null : `  ${seconds} s`));
  return (event) => {
    terminal.emit(event);
    if (terminal.verbose) terminal.warn(logLine(event));
    const line = describeEvent(event);
    if (line !== null) terminal.progress(line);
    countdown.hear(event);
  };
}
