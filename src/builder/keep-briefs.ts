import type { Assignment, TellBuilding } from '../engine/ports/builder.ts';

/** Phases at work at once, with some to spare. */
const kept = 16;

/**
 * One brief for a phase on one base, however often it is asked for: later attempts and other candidates read the very
 * same words, so that a provider's prompt cache can hold them.
 */
export function createBriefs<Brief>(
  gather: (assignment: Assignment, tell: TellBuilding, signal: AbortSignal) => Promise<Brief>,
) {
  const briefs = new Map<string, Promise<Brief>>();
  return {
    of(assignment: Assignment, tell: TellBuilding, signal: AbortSignal): Promise<Brief> {
      const { scope, spec, base } = assignment;
      const key = JSON.stringify([scope.runId, spec, base]);
      const known = briefs.get(key);
      if (known) return known;
      const brief = gather(assignment, tell, signal);
      briefs.set(key, brief);
      brief.catch(() => briefs.delete(key));
      for (const old of [...briefs.keys()].slice(0, -kept)) briefs.delete(old);
      return brief;
    },
  };
}
