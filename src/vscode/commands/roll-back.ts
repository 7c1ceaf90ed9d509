import type { Handler } from '../app.ts';
import { chooseLanding, runOf } from '../runs/choose-landing.ts';

const question = { title: 'Roll Back', placeHolder: 'Choose what to take back: one more commit reverses it' };

/** Takes back what one phase landed, or after a question all that a run did. */
export const rollBack: Handler = async (app, argument) => {
  const target = await chooseLanding(app, argument, question);
  if (!target) return;
  const done = await app.session.run(({ engine, ledger }) => engine.rollBack(runOf(ledger, target), target.phaseId));
  const [first] = done;
  const text =
    done.length === 1 && first ? `Rolled back ${first.landed.slice(0, 7)}` : `Rolled back ${done.length} commits`;
  app.status.tell(text, 'discard');
};
