import { type ControlRequest, describeControl } from '../domain/control.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import { createPhaseLeases, type PhaseLease, type PhaseLeases } from './phase-leases.ts';
import type { ControlInbox, Emit } from './ports/run.ts';
import { startTimer } from './timer.ts';

/** What stands between a run that is under way and those who want something of it. */
export interface RunControl {
  /** Aborts when the whole run is to end: it was stopped, interrupted, or its time is up. */
  readonly signal: AbortSignal;
  /** Why a phase that was cut off ended, where it was not a fault of its own; null where it was. */
  endOf(phaseId: string): { readonly reason: string; readonly fault: Fault | null } | null;
  /** What ended the run as a whole, or null. */
  fault(): Fault | null;
  isPaused(): boolean;
  /** Everything that one phase does is done under this; `end` lets go of it. */
  enter(phaseId: string, minutes: number): PhaseLease;
  /** Waits while the run is paused. Throws `interrupted` once the signal aborts. */
  safePoint(signal: AbortSignal): Promise<void>;
  /** Phases that were skipped before they began, with the reason. */
  readonly skipped: ReadonlyMap<string, string>;
  /** The phases that are to be tried again, each once. */
  takeRetries(): readonly string[];
  /** Carries a request out. False where nothing of the run is as it asks. */
  accept(request: ControlRequest): Promise<boolean>;
  /** Resolves when a request came that the scheduler must look at. */
  readonly changed: () => Promise<void>;
  end(): void;
}

export interface ControlOptions {
  readonly runId: string;
  readonly emit: Emit;
  /** Null where no other process may ask anything of this work. */
  readonly inbox: Pick<ControlInbox, 'take'> | null;
  /** Aborted by whoever started the run. */
  readonly signal: AbortSignal;
  /** Of the whole run. */
  readonly minutes: number;
  readonly phaseIds: ReadonlySet<string>;
}

/** How often requests of other processes are looked for. */
const lookEveryMs = 200;

/** Stops, pauses and skips, for one run, until `end`. */
export function openControl(options: ControlOptions): RunControl {
  const { runId, emit, inbox, phaseIds } = options;
  const leases = createPhaseLeases();
  const brake = createBrake(options, leases);
  let wakeUp = Promise.withResolvers<void>();

  const accept = async (request: ControlRequest): Promise<boolean> => {
    const { type, phaseId, reason } = request;
    if (type === 'skip' && phaseId === null) {
      const accepted = await Promise.all([...leases.atWork].map((id) => accept({ ...request, phaseId: id })));
      return accepted.some(Boolean);
    }
    if (phaseId !== null && !phaseIds.has(phaseId)) return false;
    if (!carryOut(request, brake, leases)) return false;
    const of = phaseId === null ? {} : { phaseId };
    await emit({ type: 'run-controlled', stage: 'ACK', ...of, control: type, reason });
    wakeUp.resolve();
    wakeUp = Promise.withResolvers();
    return true;
  };
  const stopLooking = inbox ? lookFor(async () => inbox.take(runId), accept) : () => {};

  return {
    signal: brake.signal,
    skipped: leases.skipped,
    takeRetries: leases.takeRetries,
    isPaused: brake.isPaused,
    safePoint: brake.safePoint,
    fault: () => brake.end()?.fault ?? null,
    endOf(phaseId) {
      const skipReason = leases.skipReason(phaseId);
      if (skipReason !== null && !brake.signal.aborted) return { reason: skipReason, fault: null };
      const end = brake.end();
      return end?.reason ? { reason: end.reason, fault: end.fault } : null;
    },
    enter: (phaseId, minutes) => leases.enter(phaseId, minutes, { signal: brake.signal, isHeld: brake.isPaused() }),
    accept,
    changed: () => wakeUp.promise,
    end() {
      stopLooking();
      brake.release();
    },
  };
}

function carryOut({ type, phaseId, reason }: ControlRequest, brake: Brake, leases: PhaseLeases): boolean {
  switch (type) {
    case 'pause':
      return brake.pause();
    case 'resume':
      return brake.resume();
    case 'stop':
      return brake.stop(describeControl({ type, reason }));
    case 'skip':
      return phaseId !== null && leases.skip(phaseId, describeControl({ type, reason }));
    case 'retry':
      return phaseId !== null && leases.retry(phaseId);
  }
}

/** What holds or ends the whole run. Each returns false where that is so already. */
interface Brake {
  readonly signal: AbortSignal;
  pause(): boolean;
  resume(): boolean;
  stop(reason: string): boolean;
  isPaused(): boolean;
  safePoint(signal: AbortSignal): Promise<void>;
  /** What ended the run; the reason is null where it was interrupted from outside. */
  end(): { readonly reason: string | null; readonly fault: Fault } | null;
  release(): void;
}

function createBrake(options: ControlOptions, leases: PhaseLeases): Brake {
  const { minutes } = options;
  const stopped = new AbortController();
  const timer = startTimer(minutes);
  const signal = AbortSignal.any([options.signal, stopped.signal, timer.signal]);
  let stopReason: string | null = null;
  let pause: PromiseWithResolvers<void> | null = null;
  const lift = () => {
    pause?.resolve();
    pause = null;
    timer.go();
    leases.go();
  };
  return {
    signal,
    pause() {
      if (pause) return false;
      pause = Promise.withResolvers();
      timer.hold();
      leases.hold();
      return true;
    },
    resume() {
      if (!pause) return false;
      lift();
      return true;
    },
    stop(reason) {
      if (stopReason !== null) return false;
      stopReason = reason;
      stopped.abort();
      lift();
      return true;
    },
    isPaused: () => pause !== null,
    async safePoint(own) {
      while (pause && !own.aborted) await Promise.race([pause.promise, aborted(own)]);
      if (own.aborted) throw new EngineError({ code: 'interrupted' }, own.reason);
    },
    end() {
      if (stopReason !== null) return { reason: stopReason, fault: { code: 'interrupted' } };
      if (options.signal.aborted) return { reason: null, fault: { code: 'interrupted' } };
      if (!timer.signal.aborted) return null;
      return { reason: `The run has had its ${minutes} min.`, fault: { code: 'budget/time-exceeded', minutes } };
    },
    release: () => timer.end(),
  };
}

/** Looks for requests until the function it returns is called. */
function lookFor(
  take: () => Promise<readonly ControlRequest[]>,
  accept: (request: ControlRequest) => Promise<boolean>,
): () => void {
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      for (const request of await take()) await accept(request);
    } finally {
      isLooking = false;
    }
  };
  // What cannot be read now is looked for again; the run itself does not depend on it. While a run is paused, this is
  // what keeps its process alive.
  const looking = setInterval(() => void look().catch(() => {}), lookEveryMs);
  return () => clearInterval(looking);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
