import { builtInReviewers } from '../../domain/audit.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { formatCost } from '../../domain/money.ts';
import type { Command } from '../command.ts';
import { table } from '../table.ts';
import { withWorkspace } from '../workspace.ts';

export const auditorsList: Command = {
  name: 'auditors list',
  summary: 'Show who can be on the panel, and how each did when it was calibrated here.',
  usage: '',
  options: {},
  usesConfiguration: false,
  run: (invocation) =>
    withWorkspace(invocation, async ({ ledger, reviewers }) => {
      const { terminal } = invocation;
      const calibrations = ledger.calibrations();
      const all = [
        ...builtInReviewers.map((name) => ({ name, origin: 'built in' })),
        ...reviewers.reviewers.map(({ name }) => ({ name, origin: 'workspace' })),
        ...reviewers.unapproved.map(({ name }) => ({ name, origin: 'not approved' })),
      ];
      terminal.emit({ type: 'auditors', auditors: all, calibrations });
      for (const line of table(
        ['name', 'from'],
        all.map(({ name, origin }) => [name, origin]),
      ))
        terminal.print(line);
      for (const { component, model, recall, falseAlarms, costMicros, live } of calibrations) {
        const cost = formatCost({ micros: costMicros, label: 'computed' });
        const of = live ? '' : ', recorded replies: mechanics only';
        terminal.print(
          `${component} ${model}: ${recall.hits} of ${recall.of} faults found, ${falseAlarms.hits} of ${falseAlarms.of} clean changes blamed, ${cost}${of}`,
        );
      }
      return exitCodes.done;
    }),
};
