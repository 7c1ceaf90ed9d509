import type { Disposable, Progress } from 'vscode';
import { createCountdown } from '../compose/countdown.ts';
import type { EngineEvent } from '../domain/event.ts';
import type { Session } from './session.ts';

/** What is done now, in a few words; null for an event that begins nothing. */
export function stepOf(event: EngineEvent): string | null {
  switch (event.type) {
    case 'attempt-start':
      return event.attempt && event.attempt > 1 ? `attempt ${event.attempt}, building` : 'building';
    case 'call-retry':
      return waiting(event.afterSeconds);
    case 'model-fallback':
      return `asking ${event.to} instead`;
    case 'check-start':
      return `running ${event.command}`;
    case 'phase-progress':
      return event.state === 'auditing' ? 'in review' : event.state === 'landing' ? 'landing' : null;
    default:
      return null;
  }
}

function waiting(seconds: number): string {
  return `waiting ${Math.ceil(seconds)} s to try again`;
}

/** Reports the steps of what runs, until it is disposed. */
export function reportProgress(session: Session, progress: Progress<{ message?: string }>): Disposable {
  const countdown = createCountdown((seconds) => {
    if (seconds !== null) progress.report({ message: waiting(seconds) });
  });
  const listening = session.onEvent((event) => {
    const message = stepOf(event);
    if (message !== null) progress.report({ message });
    countdown.hear(event);
  });
  return {
    dispose() {
      countdown.end();
      listening.dispose();
    },
  };
}
