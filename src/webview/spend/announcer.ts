import type { RunSpend } from '../../contract/spend-view.ts';
import { stateText } from './run.ts';

/** Screen readers hear of a change at most this often. */
const quietMs = 5000;

/** Says in a polite live region how the run goes: its state and the marks of its cap, never each token or cent. */
export function announcer(region: HTMLElement): (run: RunSpend | null) => void {
  let before: string | null = null;
  let next: string | null = null;
  let timer: number | null = null;
  const speak = () => {
    timer = null;
    if (next === null) return;
    region.textContent = next;
    next = null;
    timer = window.setTimeout(speak, quietMs);
  };
  return (run) => {
    const sentence = run ? sentenceOf(run) : '';
    // What was there when the view opened is read as any other text.
    if (before !== null && sentence !== before) {
      next = sentence;
      if (timer === null) speak();
    }
    before = sentence;
  };
}

function sentenceOf(run: RunSpend): string {
  const { cap } = run.spend;
  const mark = cap?.tone === 'error' ? ', 90 % of the cap' : cap?.tone === 'warning' ? ', 75 % of the cap' : '';
  return `${stateText(run)}${mark}`;
}
