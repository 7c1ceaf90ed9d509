import path from 'node:path';
import { forecastPlan } from '../../compose/plans/forecast-plan.ts';
import { planGoal } from '../../compose/plans/plan-goal.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { type PlanFile, titleOf } from '../../domain/spec.ts';
import { type Command, flagValue, type Invocation, textValue } from '../command.ts';
import { forecastLine } from '../forecast-text.ts';
import { replan, toldOf } from '../replan.ts';
import { showEvents } from '../show-events.ts';
import { withWorkspace } from '../workspace.ts';

const usage = 'countersign plan "GOAL" [--out FILE] | countersign plan --replan RUN [--accept | --discard]';

export const plan: Command = {
  name: 'plan',
  summary: 'Turn a goal, or what a run left undone, into a plan file of phases, for you to read and edit.',
  usage: '"GOAL" [--out FILE] | --replan RUN [--accept | --discard]',
  options: {
    out: { type: 'string' },
    replan: { type: 'string' },
    accept: { type: 'boolean' },
    discard: { type: 'boolean' },
  },
  usesConfiguration: true,
  run: (invocation) => {
    const goal = invocation.positionals.join(' ').trim();
    const asked = whatIsAsked(invocation, goal);
    return asked === 'goal' ? planNew(invocation, goal) : replan(invocation, asked);
  },
};

/** Throws `arguments/invalid` where what is asked for does not go together. */
function whatIsAsked(invocation: Invocation, goal: string): 'goal' | { readonly run: string; readonly reply: Reply } {
  const run = textValue(invocation, 'replan');
  const [accept, discard] = [flagValue(invocation, 'accept'), flagValue(invocation, 'discard')];
  const problem = whatDoesNotFit(goal, run, { accept, discard, out: textValue(invocation, 'out') !== null });
  if (problem !== null) throw new EngineError({ code: 'arguments/invalid', problem, usage });
  if (run === null) return 'goal';
  return { run, reply: accept ? 'accept' : discard ? 'discard' : null };
}

type Reply = 'accept' | 'discard' | null;

function whatDoesNotFit(
  goal: string,
  run: string | null,
  flags: { readonly accept: boolean; readonly discard: boolean; readonly out: boolean },
): string | null {
  if (run === null && goal === '') return 'The goal is missing.';
  if (run === null && (flags.accept || flags.discard)) return '--accept and --discard are for --replan RUN.';
  if (run !== null && goal !== '') return 'A run has its goal already: name no other one with --replan.';
  if (run !== null && flags.out) return 'What remains of a run is written to its own plan: --out is for a new goal.';
  return flags.accept && flags.discard ? '--accept writes the plan, --discard forgets it: name one.' : null;
}

function planNew(invocation: Invocation, goal: string) {
  const { directory, terminal, signal } = invocation;
  const out = textValue(invocation, 'out');
  return withWorkspace(invocation, async (workspace) => {
    const stop = terminal.json ? () => {} : workspace.engine.listen(showEvents(terminal));
    try {
      const file = out === null ? null : path.resolve(directory, out);
      const planned = await planGoal(workspace, goal, file, signal);
      const stacks = planned.stacks.map(({ profile, folder, because }) => ({ id: profile.id, folder, because }));
      const { warnings, questions } = planned;
      const { plan: runnable } = await workspace.readNamedFiles([planned.file], directory);
      const forecast = forecastPlan(workspace, runnable);
      terminal.emit({ file: planned.file, plan: planned.plan, stacks, warnings, questions, forecast });
      for (const line of describe(planned.plan)) terminal.print(line);
      for (const line of toldOf(planned)) terminal.warn(line);
      terminal.print('');
      terminal.print(forecastLine(forecast));
      const shown = path.relative(directory, planned.file);
      terminal.print(`Wrote ${shown}. Read it, edit it, then: countersign run ${shown}`);
      return exitCodes.done;
    } finally {
      stop();
    }
  });
}

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
