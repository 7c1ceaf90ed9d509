import path from 'node:path';
import { planGoal } from '../../compose/plan-goal.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { type PlanFile, titleOf } from '../../domain/spec.ts';
import { type Command, textValue } from '../command.ts';
import { showEvents } from '../show-events.ts';
import { withWorkspace } from '../workspace.ts';

const usage = 'countersign plan "GOAL" [--out FILE]';

export const plan: Command = {
  name: 'plan',
  summary: 'Turn a goal into a plan file of phases, for you to read and edit.',
  usage: '"GOAL" [--out FILE]',
  options: { out: { type: 'string' } },
  usesConfiguration: true,
  run: (invocation) => {
    const { positionals, directory, terminal, signal } = invocation;
    const goal = positionals.join(' ').trim();
    if (goal === '') throw new EngineError({ code: 'arguments/invalid', problem: 'The goal is missing.', usage });
    const out = textValue(invocation, 'out');
    return withWorkspace(invocation, async (workspace) => {
      const stop = terminal.json ? () => {} : workspace.engine.listen(showEvents(terminal));
      try {
        const file = out === null ? null : path.resolve(directory, out);
        const planned = await planGoal(workspace, goal, file, signal);
        const stacks = planned.stacks.map(({ profile, folder, because }) => ({ id: profile.id, folder, because }));
        const { warnings, questions } = planned;
        terminal.emit({ file: planned.file, plan: planned.plan, stacks, warnings, questions });
        for (const line of describe(planned.plan)) terminal.print(line);
        for (const warning of warnings) terminal.warn(warning);
        for (const { phase, question } of questions) terminal.warn(`${phase ? `${phase}: ` : ''}${question}`);
        terminal.print('');
        terminal.print(
          `Wrote ${path.relative(directory, planned.file)}. Read it, edit it, then: countersign run ${path.relative(directory, planned.file)}`,
        );
        return exitCodes.done;
      } finally {
        stop();
      }
    });
  },
};

function describe({ tiers }: PlanFile): readonly string[] {
  return tiers.flatMap(({ id, title, phases }) => [
    `${title ?? id}`,
    ...phases.flatMap((phase) => {
      if (typeof phase === 'string') return [];
      const after = phase.dependsOn.length > 0 ? `, after ${phase.dependsOn.join(', ')}` : '';
      return [`  ${phase.id}: ${titleOf(phase)} (${phase.category}, ${phase.complexity}${after})`];
    }),
  ]);
}
