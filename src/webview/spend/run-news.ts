import type { RunSpend } from '../../contract/spend-view.ts';
import { localize } from '../../contract/words.ts';
import type { Announcer } from '../announcer.ts';
import { stateText } from './run.ts';

/** Says how the run goes: its state and the marks of its cap. */
export function runNews(announcer: Announcer): (run: RunSpend | null) => void {
  let before: string | null = null;
  return (run) => {
    const sentence = run ? sentenceOf(run) : '';
    // What was there when the view opened is read as any other text.
    if (before !== null && sentence !== before) announcer.say(sentence);
    before = sentence;
  };
}

function sentenceOf(run: RunSpend): string {
  const { cap } = run.spend;
  const mark =
    cap?.tone === 'error'
      ? localize(', 90 % of the cap')
      : cap?.tone === 'warning'
        ? localize(', 75 % of the cap')
        : '';
  return `${stateText(run)}${mark}`;
}
