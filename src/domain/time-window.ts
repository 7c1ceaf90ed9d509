/** A span of time, [start, end). Both ISO 8601, UTC. */
export interface TimeWindow {
  readonly start: string;
  readonly end: string;
}

const hourMs = 3_600_000;

/** The whole hour that a moment lies in. */
export function hourWindowOf(at: string): TimeWindow {
  return windowFrom(Math.floor(Date.parse(at) / hourMs) * hourMs, hourMs);
}

/** `YYYY-MM-DDTHH` for one hour, `YYYY-MM-DD` for one day, in UTC; null for anything else, such as a 30th of February. */
export function readWindow(text: string): TimeWindow | null {
  const [, day, hour] = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}))?$/.exec(text) ?? [];
  const startMs = day === undefined ? Number.NaN : Date.parse(`${day}T${hour ?? '00'}:00:00Z`);
  if (Number.isNaN(startMs)) return null;
  const window = windowFrom(startMs, hour === undefined ? 24 * hourMs : hourMs);
  return window.start.startsWith(text) ? window : null;
}

/** The hour's name, as `readWindow` takes it. */
export function windowName({ start }: TimeWindow): string {
  return start.slice(0, 13);
}

function windowFrom(startMs: number, lengthMs: number): TimeWindow {
  return { start: new Date(startMs).toISOString(), end: new Date(startMs + lengthMs).toISOString() };
}
