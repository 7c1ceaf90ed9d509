import { checkReadiness } from '../../compose/training/check-readiness.ts';
import { lastTrainingStart } from '../../compose/training/training-plan.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { type Command, flagValue } from '../command.ts';
import { withWorkspace } from '../workspace.ts';

export const trainCheck: Command = {
  name: 'train check',
  summary: 'Say whether there is enough to train on, and what is missing.',
  usage: '[--include-recorded]',
  options: { 'include-recorded': { type: 'boolean' } },
  usesConfiguration: false,
  run: (invocation) =>
    withWorkspace(invocation, async (workspace) => {
      const { terminal } = invocation;
      const before = await lastTrainingStart(workspace.repository.stateDirectory);
      const readiness = checkReadiness(workspace, flagValue(invocation, 'include-recorded'), new Date(), before);
      terminal.emit({ type: 'readiness', ...readiness });
      for (const { name, have, need, missing } of readiness.bars) {
        terminal.print(`${name.padEnd(13)} ${round(have)} of ${round(need)}${missing === null ? '' : `: ${missing}`}`);
      }
      terminal.print(readiness.ready ? 'There is enough to train on.' : 'There is not enough to train on yet.');
      return readiness.ready ? exitCodes.done : exitCodes.rejected;
    }),
};

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
