import type { Tone } from '../../contract/review-summary.ts';
import { drawing } from '../element.ts';

const shapes: Readonly<Record<Tone, readonly string[]>> = {
  good: ['M8 1.5a6.5 6.5 0 100 13 6.5 6.5 0 000-13z', 'M5 8.2l2.1 2.1L11 6'],
  warning: ['M8 2l6.5 12h-13z', 'M8 6.5v3.5M8 11.8v.4'],
  bad: ['M8 1.5a6.5 6.5 0 100 13 6.5 6.5 0 000-13z', 'M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6'],
  neutral: ['M8 1.5a6.5 6.5 0 100 13 6.5 6.5 0 000-13z', 'M8 7v4.5M8 4.6v.4'],
};

/** A sign of its own for each tone; the word beside it says the same. */
export function markOf(tone: Tone): SVGElement {
  const paths = shapes[tone].map((d) => drawing('path', { d }));
  return drawing('svg', { class: `mark ${tone}`, viewBox: '0 0 16 16', 'aria-hidden': 'true' }, ...paths);
}
