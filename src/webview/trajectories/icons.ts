import type { Outcome } from '../../contract/trajectories-phase.ts';
import { localize } from '../../contract/words.ts';

/** Outlines on a grid of 16; drawn with the colour of the text. */
const outlines = {
  search: 'M7 11.2a4.2 4.2 0 1 0 0-8.4 4.2 4.2 0 0 0 0 8.4zM10.2 10.2L14 14',
  close: 'M4 4l8 8M12 4l-8 8',
  down: 'M4 6l4 4 4-4',
  right: 'M6 4l4 4-4 4',
  play: 'M5 3.2v9.6l7.6-4.8z',
  good: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM5.2 8.2l2 2 3.6-4',
  bad: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4',
  warning: 'M8 2.2L14.2 13.3H1.8zM8 6.3v3.4M8 11.3v.4',
  live: 'M13.3 8A5.3 5.3 0 1 1 8 2.7',
  stopped: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM5 8h6',
  paused: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM6.4 5.8v4.4M9.6 5.8v4.4',
  person: 'M8 7.8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3.2 13.5a4.8 4.8 0 0 1 9.6 0',
  clock: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 4.8V8l2.2 1.6',
  check: 'M3.5 8.5l3 3 6-7',
  cross: 'M4.5 4.5l7 7M11.5 4.5l-7 7',
  columns: 'M2.5 3h4.5v10H2.5zM9 3h4.5v10H9z',
  table: 'M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.6h11M6.5 3v10',
  chart: 'M2.5 13.5h11M4.5 11V7M8 11V3M11.5 11V5.5',
  export: 'M8 10V2.5M5.2 5L8 2.3 10.8 5M3 9.5v4h10v-4',
  copy: 'M5.5 5.5h8v8h-8zM3 10.5H2.5v-8h8V3',
  replay: 'M13 5.5A5.5 5.5 0 1 0 13.5 8M13.3 2.5v3.2h-3.2',
  diff: 'M4 2.5h8M8 2.5v6M5 5.5h6M4 12.5h8',
} as const;
export type IconName = keyof typeof outlines;

const space = 'http://www.w3.org/2000/svg';

/** An icon; with a word it stands for itself, without one it only decorates. */
export function icon(name: IconName, word: string | null = null, className = ''): SVGSVGElement {
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', `icon ${className}`.trim());
  if (word === null) svg.setAttribute('aria-hidden', 'true');
  else {
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', word);
  }
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', outlines[name]);
  svg.append(path);
  return svg;
}

const outcomeIcons: () => Record<Outcome, readonly [name: IconName, word: string] | null> = () => ({
  good: ['check', localize('passed')],
  bad: ['cross', localize('failed')],
  warning: ['warning', localize('needs attention')],
  neutral: null,
  live: ['live', localize('running')],
});

export function outcomeIcon(outcome: Outcome): SVGSVGElement | null {
  const shown = outcomeIcons()[outcome];
  return shown && icon(shown[0], shown[1], `tone-${outcome}`);
}
