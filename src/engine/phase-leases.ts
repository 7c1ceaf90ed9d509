import { startTimer, type Timer } from './timer.ts';

export interface PhaseLease {
  /** Aborts when the phase is skipped, its time is up, or the run ends. */
  readonly signal: AbortSignal;
  /** True where its own time is up. */
  readonly isTimeUp: () => boolean;
  end(): void;
}

/** Which phases are at work, which are to be left out, and which to be tried again. */
export interface PhaseLeases {
  /** Everything that one phase does is done under this; `end` lets go of it. */
  enter(phaseId: string, minutes: number, run: { readonly signal: AbortSignal; readonly isHeld: boolean }): PhaseLease;
  readonly atWork: Iterable<string>;
  /** Why a phase at work was skipped, or null. */
  skipReason(phaseId: string): string | null;
  /** Phases that were skipped before they began, with the reason. */
  readonly skipped: ReadonlyMap<string, string>;
  /** False where it has ended. */
  skip(phaseId: string, reason: string): boolean;
  /** False where it has not ended yet. */
  retry(phaseId: string): boolean;
  /** The phases that are to be tried again, each once. */
  takeRetries(): readonly string[];
  /** Stops the clocks of all phases at work, and starts them again. */
  hold(): void;
  go(): void;
}

interface AtWork {
  readonly cut: AbortController;
  readonly timer: Timer;
  skipReason: string | null;
}

export function createPhaseLeases(): PhaseLeases {
  const atWork = new Map<string, AtWork>();
  const skipped = new Map<string, string>();
  const ended = new Set<string>();
  const retries = new Set<string>();
  return {
    skipped,
    get atWork() {
      return atWork.keys();
    },
    enter(phaseId, minutes, { signal, isHeld }) {
      const work: AtWork = { cut: new AbortController(), timer: startTimer(minutes), skipReason: null };
      atWork.set(phaseId, work);
      if (isHeld) work.timer.hold();
      return {
        signal: AbortSignal.any([signal, work.cut.signal, work.timer.signal]),
        isTimeUp: () => work.timer.signal.aborted && !signal.aborted && !work.cut.signal.aborted,
        end() {
          work.timer.end();
          atWork.delete(phaseId);
          ended.add(phaseId);
        },
      };
    },
    skipReason: (phaseId) => atWork.get(phaseId)?.skipReason ?? null,
    skip(phaseId, reason) {
      if (ended.has(phaseId)) return false;
      const work = atWork.get(phaseId);
      if (!work) skipped.set(phaseId, reason);
      else {
        work.skipReason = reason;
        work.cut.abort();
      }
      return true;
    },
    retry(phaseId) {
      if (atWork.has(phaseId) || !ended.delete(phaseId)) return false;
      skipped.delete(phaseId);
      retries.add(phaseId);
      return true;
    },
    takeRetries() {
      const taken = [...retries];
      retries.clear();
      return taken;
    },
    hold() {
      for (const { timer } of atWork.values()) timer.hold();
    },
    go() {
      for (const { timer } of atWork.values()) timer.go();
    },
  };
}
