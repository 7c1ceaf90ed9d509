/** Milliseconds since 1970 of an ISO 8601 time; what cannot be read counts as the given time. */
export function msOf(at: string, otherwise: number): number {
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? otherwise : ms;
}

export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

export function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : isoOf(ms);
}

/** `YYYY-MM-DD` in UTC. */
export function dayOf(ms: number): string {
  return isoOf(ms).slice(0, 10);
}

/** `YYYY-MM` of a `YYYY-MM-DD`. */
export function monthOf(day: string): string {
  return day.slice(0, 7);
}
