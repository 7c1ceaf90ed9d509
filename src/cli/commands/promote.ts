import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promoteRun } from '../../compose/plans/promote-run.ts';
import { describePromotion } from '../../domain/describe-event.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { type Command, flagValue, type Invocation, textValue } from '../command.ts';
import { runBySelector } from '../find-run.ts';
import { withWorkspace } from '../workspace.ts';

const usage = 'countersign promote RUN [--pr [--push] [--remote NAME]]';

export const promote: Command = {
  name: 'promote',
  summary: 'Bring a run that ended well into the branch it left from, or open a pull request for it.',
  usage: '[RUN] [--pr [--push] [--remote NAME]] [--summary FILE]',
  options: {
    pr: { type: 'boolean' },
    push: { type: 'boolean' },
    remote: { type: 'string' },
    summary: { type: 'string' },
  },
  usesConfiguration: false,
  run: (invocation) =>
    withWorkspace(invocation, async (workspace) => {
      const { positionals, environment, signal, terminal, directory } = invocation;
      const pullRequest = pullRequestOf(invocation);
      const run = runBySelector(workspace.ledger, positionals[0] ?? 'last');
      const promoted = await promoteRun(workspace, run, { pullRequest, environment, signal });
      const file = textValue(invocation, 'summary');
      if (file !== null) await writeFile(path.resolve(directory, file), promoted.summary);
      terminal.emit({ type: 'promotion', ...promoted });
      terminal.print(promoted.summary);
      terminal.print(describePromotion(promoted));
      return exitCodes.done;
    }),
};

function pullRequestOf(invocation: Invocation) {
  const remote = textValue(invocation, 'remote');
  const push = flagValue(invocation, 'push');
  if (flagValue(invocation, 'pr')) return { remote: remote ?? 'origin', push };
  if (!push && remote === null) return null;
  const problem = 'A merge stays here: --push and --remote are for --pr.';
  throw new EngineError({ code: 'arguments/invalid', problem, usage });
}
