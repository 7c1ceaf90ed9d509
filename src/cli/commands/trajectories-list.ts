import { plural } from '../../domain/describe-event.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { formatCost } from '../../domain/money.ts';
import { type Command, textValue } from '../command.ts';
import { countOf, runFilterOf, runFilterOptions, runFilterUsage } from '../run-filter.ts';
import { table } from '../table.ts';
import { withWorkspace } from '../workspace.ts';

export const trajectoriesList: Command = {
  name: 'trajectories list',
  summary: 'List runs as they were kept, newest first, by text, state, model, category, time and cost.',
  usage: `${runFilterUsage} [--limit N] [--before RUN]`,
  options: { ...runFilterOptions, limit: { type: 'string' }, before: { type: 'string' } },
  usesConfiguration: false,
  run: (invocation) => {
    const filter = runFilterOf(invocation);
    const limit = countOf(invocation, 'limit', 50);
    const before = textValue(invocation, 'before');
    return withWorkspace(invocation, async ({ ledger }) => {
      const { terminal } = invocation;
      const runs = ledger.runs({ ...filter, limit, ...(before === null ? {} : { before }) });
      const count = ledger.countRuns(filter);
      const next = runs.length === limit ? (runs.at(-1)?.id ?? null) : null;
      terminal.emit({ type: 'trajectories', count, runs, next });
      if (runs.length === 0) terminal.print(count === 0 ? 'No run fits.' : 'No further run fits.');
      else {
        const rows = runs.map((run) => [
          run.id,
          run.startedAt.slice(0, 16).replace('T', ' '),
          run.state,
          `${run.landed} of ${run.phases}`,
          String(run.attempts),
          formatCost(run.spend.cost),
          run.goal.split('\n', 1)[0] as string,
        ]);
        const header = ['run', 'started (UTC)', 'state', 'landed', 'attempts', 'cost', 'goal'];
        for (const line of table(header, rows)) terminal.print(line);
        terminal.print(
          `${runs.length} of ${plural(count, 'run', 'runs')}${next ? `; more with --before ${next}` : ''}`,
        );
      }
      return exitCodes.done;
    });
  },
};
