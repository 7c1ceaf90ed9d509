import { counted, localize } from '../../contract/words.ts';
import type { Handler } from '../app.ts';
import { chooseLanding, runOf } from '../runs/choose-landing.ts';

const question = () => ({
  title: localize('Undo'),
  placeHolder: localize('Choose what to take off its branch, as if it had not landed'),
  ask: (commits: number, goal: string) => localize('Undo {0} commits of “{1}”?', commits, goal),
});

/** Takes a landing that nothing was built on off its branch, or after a question all that a run landed. */
export const undoLanding: Handler = async (app, argument) => {
  const target = await chooseLanding(app, argument, question());
  if (!target) return;
  const { undone, branch, to } = await app.session.run(({ engine, ledger }) =>
    engine.undo(runOf(ledger, target), target.phaseId),
  );
  const what = counted(undone.length, '{0} landing', '{0} landings');
  app.status.tell(
    localize('Undid {0}: {1} is at {2}', what, branch.replace('refs/heads/', ''), to.slice(0, 7)),
    'discard',
  );
};
