import { rollBackModel } from '../../compose/training/model-versions.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { type Command, textValue } from '../command.ts';
import { withWorkspace } from '../workspace.ts';

export const modelsRollback: Command = {
  name: 'models rollback',
  summary: 'Take the deployed version back: from the next run on its baseline serves again.',
  usage: '[--reason TEXT]',
  options: { reason: { type: 'string' } },
  usesConfiguration: false,
  run: (invocation) =>
    withWorkspace(invocation, async (workspace) => {
      const { terminal } = invocation;
      const deployment = rollBackModel(workspace, textValue(invocation, 'reason')?.trim() || null);
      terminal.emit({ type: 'deployment-rolled-back', deployment });
      terminal.print(`${deployment.version} was taken back; ${deployment.baseline} serves again from the next run on.`);
      return exitCodes.done;
    }),
};
