/** A clock that runs down, and stands still while it is held. */
export interface Timer {
  /** Aborts when the time is up. */
  readonly signal: AbortSignal;
  hold(): void;
  go(): void;
  end(): void;
}

/** Timers of the runtime take no more than this. */
const longestMs = 2_147_483_647;

export function startTimer(minutes: number): Timer {
  const controller = new AbortController();
  let leftMs = minutes * 60_000;
  let since = 0;
  let pending: NodeJS.Timeout | null = null;

  const hold = () => {
    if (pending === null) return;
    clearTimeout(pending);
    pending = null;
    leftMs -= performance.now() - since;
  };
  const go = () => {
    if (pending !== null || controller.signal.aborted) return;
    since = performance.now();
    pending = setTimeout(() => controller.abort(), Math.max(0, Math.min(leftMs, longestMs)));
    pending.unref();
  };
  go();
  return { signal: controller.signal, hold, go, end: hold };
}
