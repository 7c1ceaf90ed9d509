import type { Disposable, Progress } from 'vscode';
import { createCountdown } from '../compose/countdown.ts';
import { localize } from '../contract/words.ts';
import type { EngineEvent } from '../domain/event.ts';
import type { Session } from './session.ts';

/** What is done now, in a few words; null for an event that begins nothing. */
export function stepOf(event: EngineEvent): string | null {
  switch (event.type) {
    case 'attempt-start':
      return event.attempt && event.attempt > 1
        ? localize('attempt {0}, building', event.attempt)
        : localize('building');
    case 'call-retry':
      return waiting(event.afterSeconds);
    case 'model-fallback':
      return localize('asking {0} instead', event.to);
    case 'check-start':
      return localize('running {0}', event.command);
    case 'phase-progress':
      return event.state === 'auditing'
        ? localize('in review')
        : event.state === 'landing'
          ? localize('landing')
          : null;
    default:
      return null;
  }
}

function waiting(seconds: number): string {
  return localize('waiting {0} s to try again', Math.ceil(seconds));
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
