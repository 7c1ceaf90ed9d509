import { forecastPlan } from '../../compose/plans/forecast-plan.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import type { Command } from '../command.ts';
import { forecastLines } from '../forecast-text.ts';
import { withWorkspace } from '../workspace.ts';

export const forecast: Command = {
  name: 'forecast',
  summary: 'Say what phases or a plan will cost, by what similar ones cost here. Nothing is run.',
  usage: 'FILE…',
  options: {},
  usesConfiguration: true,
  run: (invocation) =>
    withWorkspace(invocation, async (workspace) => {
      const { terminal, positionals, directory } = invocation;
      const { plan } = await workspace.readNamedFiles(positionals, directory);
      const forecast = forecastPlan(workspace, plan);
      terminal.emit({ type: 'forecast', ...forecast });
      for (const line of forecastLines(forecast)) terminal.print(line);
      return exitCodes.done;
    }),
};
