import { localize, readerLanguage, wholeNumber } from '../contract/words.ts';

/** Such as `31.4 k`. */
export function compact(count: number): string {
  const language = readerLanguage();
  const format = new Intl.NumberFormat(language ?? 'en-US', { notation: 'compact', maximumFractionDigits: 1 });
  // English writes `31.4K`.
  return format.format(count).replace(/(\d)([A-Z])$/, (_, digit, unit) => `${digit} ${unit.toLowerCase()}`);
}

/** Such as `plural(3, '{0} run', '{0} runs')`. */
export function plural(count: number, one: string, many: string): string {
  return localize(count === 1 ? one : many, wholeNumber(count));
}

/** Such as `11 min 28 s`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 0.05) return '< 0.1 s';
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const rounded = Math.round(seconds);
  if (rounded < 60) return `${rounded} s`;
  const [minutes, rest] = [Math.floor(rounded / 60), rounded % 60];
  if (minutes < 60) return rest === 0 ? localize('{0} min', minutes) : localize('{0} min {1} s', minutes, rest);
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : localize('{0} h {1} min', hours, minutes % 60);
}

/** Such as `2:00`, for axes. */
export function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = String(seconds % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

const dayMs = 86_400_000;
const time = () => new Intl.DateTimeFormat(readerLanguage(), { hour: '2-digit', minute: '2-digit', hour12: false });
const weekday = () => new Intl.DateTimeFormat(readerLanguage(), { weekday: 'short' });
const day = () => new Intl.DateTimeFormat(readerLanguage(), { day: 'numeric', month: 'short' });
const dayAndYear = () => new Intl.DateTimeFormat(readerLanguage(), { day: 'numeric', month: 'short', year: 'numeric' });

/** Such as `14:02`, today; `Fri 17:48` within a week, `3 Jan` before that. Local. */
export function when(iso: string, nowMs: number): string {
  const at = new Date(iso);
  const ago = nowMs - at.getTime();
  if (at.toDateString() === new Date(nowMs).toDateString()) return time().format(at);
  if (ago < 6 * dayMs) return `${weekday().format(at)} ${time().format(at)}`;
  const date = at.getFullYear() === new Date(nowMs).getFullYear() ? day : dayAndYear;
  return `${date().format(at)} ${time().format(at)}`;
}
