import { plural } from '../../domain/describe-event.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { formatCost } from '../../domain/money.ts';
import type { Command } from '../command.ts';
import { table } from '../table.ts';
import { withWorkspace } from '../workspace.ts';

export const status: Command = {
  name: 'status',
  summary: 'Show recent runs, and what waits for a signature.',
  usage: '',
  options: {},
  usesConfiguration: false,
  run: (invocation) =>
    withWorkspace(invocation, async ({ ledger, signable, repository }) => {
      const { terminal } = invocation;
      const runs = ledger.runs({ limit: 20 }).flatMap(({ id }) => ledger.run(id) ?? []);
      const waiting = runs.flatMap((run) => signable(run).map((phase) => `${run.id}/${phase.id}`));
      terminal.emit({
        type: 'status',
        repository: repository.root,
        waiting,
        runs: runs.map(({ id, plan, state, reason, startedAt, endedAt, spend, phases }) => ({
          id,
          goal: plan.goal,
          state,
          reason,
          startedAt,
          endedAt,
          calls: spend.calls,
          tokens: spend.tokens,
          costMicros: spend.cost.micros,
          costLabel: spend.cost.label,
          phases: phases.map((phase) => ({
            id: phase.id,
            state: phase.state,
            reason: phase.reason,
            attempts: phase.attempts,
            commit: phase.landing?.commit ?? null,
            rolledBack: phase.rolledBack,
          })),
        })),
      });
      if (runs.length === 0) terminal.print('No runs yet. Write a phase spec, then `countersign run FILE`.');
      else {
        const rows = runs.map((run) => [
          run.id,
          run.state,
          `${run.phases.filter((phase) => phase.state === 'landed' && phase.rolledBack === null).length} of ${plural(run.phases.length, 'phase', 'phases')} landed`,
          formatCost(run.spend.cost),
          run.plan.goal.split('\n', 1)[0] as string,
        ]);
        for (const line of table(['run', 'state', 'phases', 'cost', 'goal'], rows)) terminal.print(line);
      }
      for (const selector of waiting) terminal.print(`waits for your signature: countersign review ${selector}`);
      return exitCodes.done;
    }),
};
