import { evaluateModel, type ModelEvaluation } from '../../compose/training/evaluate-model.ts';
import { modelNamed } from '../../compose/training/model-versions.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { formatCost } from '../../domain/money.ts';
import { type Command, flagValue } from '../command.ts';
import { numberValue } from '../number-value.ts';
import { withWorkspace } from '../workspace.ts';

const usage = 'MODEL [--limit N] [--attempts N] [--usd N] [--again]';

export const modelsEvaluate: Command = {
  name: 'models evaluate',
  summary: 'Measure a model on held-out phases: built again on their bases, checked, never landed.',
  usage,
  options: {
    limit: { type: 'string' },
    attempts: { type: 'string' },
    usd: { type: 'string' },
    again: { type: 'boolean' },
  },
  usesConfiguration: true,
  run: (invocation) => {
    const { terminal, signal, positionals } = invocation;
    const [selector, ...more] = positionals;
    const whole = `countersign models evaluate ${usage}`;
    if (!selector || more.length > 0) {
      const problem = 'Name one model, as a version or as PROVIDER/MODEL.';
      throw new EngineError({ code: 'arguments/invalid', problem, usage: whole });
    }
    const request = {
      limit: numberValue(invocation, 'limit', { least: 1, most: 1000, whole: true }, whole) ?? 20,
      attempts: numberValue(invocation, 'attempts', { least: 1, most: 5, whole: true }, whole) ?? 1,
      usd: numberValue(invocation, 'usd', { least: 0, most: 10_000 }, whole),
      again: flagValue(invocation, 'again'),
    };
    return withWorkspace(invocation, async (workspace) => {
      const model = modelNamed(workspace, selector);
      const done = await evaluateModel(
        workspace,
        { ...request, model },
        ({ phaseId, passed, reason }, at, of) =>
          terminal.progress(`${at} of ${of}: ${phaseId} ${passed ? 'passes' : `does not pass: ${reason}`}`),
        signal,
      );
      terminal.emit({ type: 'model-evaluation', ...done });
      for (const line of evaluationLines(done)) terminal.print(line);
      return done.left > 0 ? exitCodes.budget : exitCodes.done;
    });
  },
};

function evaluationLines({ model, results, known, leftOut, left }: ModelEvaluation): readonly string[] {
  const passed = results.filter((result) => result.passed).length;
  const cost = results.reduce((sum, { costMicros }) => sum + costMicros, 0);
  const label = results.some(({ costLabel }) => costLabel === 'unknown') ? 'unknown' : 'computed';
  const unsure = results.some(({ heldOut }) => !heldOut);
  return [
    `${model}: ${passed} of ${results.length} phases pass, for ${formatCost({ micros: cost, label })}`,
    ...(known > 0 ? [`${known} were measured before; --again measures them again.`] : []),
    ...(unsure ? ['Nobody knows what it was trained on: some of these phases may have been part of that.'] : []),
    ...leftOut.map(({ reason, count }) => `left out   ${count} × ${reason}`),
    ...(left > 0 ? [`${left} are left: the budget is spent.`] : []),
  ];
}
