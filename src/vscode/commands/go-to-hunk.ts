import type { Handler } from '../app.ts';
import { proposalEditor } from '../review/hunks.ts';
import { goTo, step } from '../review/next-hunk.ts';

const going =
  (direction: 1 | -1): Handler =>
  async (app) => {
    const target = await app.hunks.target(undefined);
    if (!target) return;
    const line = proposalEditor()?.selection.active.line ?? 0;
    // From above a hunk the next one is the hunk itself.
    if (direction === 1 && line < target.hunk.from) goTo(target);
    else await step(target, direction);
  };

export const nextHunk = going(1);
export const previousHunk = going(-1);
