import { plural } from '../../domain/describe-event.ts';
import type { Handler } from '../app.ts';
import { chooseLanding, runOf } from '../runs/choose-landing.ts';

const question = { title: 'Undo', placeHolder: 'Choose what to take off its branch, as if it had not landed' };

/** Takes a landing that nothing was built on off its branch, or after a question all that a run landed. */
export const undoLanding: Handler = async (app, argument) => {
  const target = await chooseLanding(app, argument, question);
  if (!target) return;
  const { undone, branch, to } = await app.session.run(({ engine, ledger }) =>
    engine.undo(runOf(ledger, target), target.phaseId),
  );
  const what = plural(undone.length, 'landing', 'landings');
  app.status.tell(`Undid ${what}: ${branch.replace('refs/heads/', '')} is at ${to.slice(0, 7)}`, 'discard');
};
