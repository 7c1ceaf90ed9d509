import type { EngineEvent } from '../domain/event.ts';

/** Shows how long until a call is tried again, second by second. */
export interface Countdown {
  /** Takes note of what happens: a wait begins, or what was waited for goes on. */
  hear(event: EngineEvent): void;
  end(): void;
}

/** `show` gets the whole seconds that are left of the longest wait, and null when nothing waits any more. */
export function createCountdown(show: (seconds: number | null) => void, now: () => number = Date.now): Countdown {
  /** When each waiting phase goes on, by run and phase (milliseconds). */
  const waits = new Map<string, number>();
  let timer: NodeJS.Timeout | null = null;

  function stop(): void {
    if (!timer) return;
    clearInterval(timer);
    timer = null;
    show(null);
  }

  function tick(): void {
    const left = Math.ceil((Math.max(0, ...waits.values()) - now()) / 1000);
    if (left > 0) show(left);
    else stop();
  }

  return {
    hear(event) {
      const place = `${event.runId}/${event.phaseId ?? ''}/${event.component ?? ''}`;
      if (event.type !== 'call-retry') {
        if (waits.delete(place) && waits.size === 0) stop();
        return;
      }
      waits.set(place, now() + event.afterSeconds * 1000);
      if (!timer) timer = setInterval(tick, 1000).unref();
      tick();
    },
    end() {
      waits.clear();
      stop();
    },
  };
}
