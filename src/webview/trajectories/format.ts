const compactCount = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const wholeCount = new Intl.NumberFormat('en-US');

/** Such as `31.4 k`. */
export function compact(count: number): string {
  return compactCount.format(count).replace(/(\d)([A-Z])$/, (_, digit, unit) => `${digit} ${unit.toLowerCase()}`);
}

export const whole = (count: number) => wholeCount.format(count);

export function plural(count: number, one: string, many: string): string {
  return `${whole(count)} ${count === 1 ? one : many}`;
}

/** Such as `11 min 28 s`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 0.05) return '< 0.1 s';
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const rounded = Math.round(seconds);
  if (rounded < 60) return `${rounded} s`;
  const [minutes, rest] = [Math.floor(rounded / 60), rounded % 60];
  if (minutes < 60) return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** Such as `2:00`, for axes. */
export function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = String(seconds % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

const dayMs = 86_400_000;
const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayAndYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });

/** Such as `14:02`, today; `Fri 17:48` within a week, `3 Jan` before that. Local. */
export function when(iso: string, nowMs: number): string {
  const at = new Date(iso);
  const ago = nowMs - at.getTime();
  if (at.toDateString() === new Date(nowMs).toDateString()) return time.format(at);
  if (ago < 6 * dayMs) return `${weekday.format(at)} ${time.format(at)}`;
  const date = at.getFullYear() === new Date(nowMs).getFullYear() ? day : dayAndYear;
  return `${date.format(at)} ${time.format(at)}`;
}

export const sentenceCase = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
