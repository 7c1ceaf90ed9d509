import { compareModels } from '../../compose/training/compare-models.ts';
import { modelNamed } from '../../compose/training/model-versions.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import type { Command } from '../command.ts';
import { comparisonLines } from '../comparison-text.ts';
import { withWorkspace } from '../workspace.ts';

const usage = 'BASELINE CANDIDATE';

export const modelsCompare: Command = {
  name: 'models compare',
  summary: 'Hold two models against each other: success, cost and retries with their intervals, and the gate.',
  usage,
  options: {},
  usesConfiguration: false,
  run: (invocation) => {
    const [baseline, candidate, ...more] = invocation.positionals;
    if (!baseline || !candidate || more.length > 0) {
      const problem = 'Name two models, each as a version or as PROVIDER/MODEL: the baseline first.';
      throw new EngineError({ code: 'arguments/invalid', problem, usage: `countersign models compare ${usage}` });
    }
    return withWorkspace(invocation, async (workspace) => {
      const { terminal } = invocation;
      const compared = compareModels(workspace, modelNamed(workspace, baseline), modelNamed(workspace, candidate));
      terminal.emit({ type: 'model-comparison', ...compared });
      for (const line of comparisonLines(compared)) terminal.print(line);
      return exitCodes.done;
    });
  },
};
