import { localize } from '../../contract/words.ts';
import type { Handler } from '../app.ts';
import { chooseLanding, runOf } from '../runs/choose-landing.ts';

const question = () => ({
  title: localize('Roll Back'),
  placeHolder: localize('Choose what to take back: one more commit reverses it'),
  ask: (commits: number, goal: string) => localize('Roll back {0} commits of “{1}”?', commits, goal),
});

/** Takes back what one phase landed, or after a question all that a run did. */
export const rollBack: Handler = async (app, argument) => {
  const target = await chooseLanding(app, argument, question());
  if (!target) return;
  const done = await app.session.run(({ engine, ledger }) => engine.rollBack(runOf(ledger, target), target.phaseId));
  const [first] = done;
  const text =
    done.length === 1 && first
      ? localize('Rolled back {0}', first.landed.slice(0, 7))
      : localize('Rolled back {0} commits', done.length);
  app.status.tell(text, 'discard');
};
