import type { Disposable, Progress } from 'vscode';
import type { EngineEvent } from '../domain/event.ts';
import type { Session } from './session.ts';

/** What is done now, in a few words; null for an event that begins nothing. */
export function stepOf(event: EngineEvent): string | null {
  switch (event.type) {
    case 'attempt-start':
      return event.attempt && event.attempt > 1 ? `attempt ${event.attempt}, building` : 'building';
    case 'call-retry':
      return `waiting ${Math.ceil(event.afterSeconds)} s to try again`;
    case 'check-start':
      return `running ${event.command}`;
    case 'phase-progress':
      return event.state === 'auditing' ? 'in review' : event.state === 'landing' ? 'landing' : null;
    default:
      return null;
  }
}

/** Reports the steps of what runs, until it is disposed. */
export function reportProgress(session: Session, progress: Progress<{ message?: string }>): Disposable {
  return session.onEvent((event) => {
    const message = stepOf(event);
    if (message !== null) progress.report({ message });
  });
}
