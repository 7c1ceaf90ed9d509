import type { BacklogIssue } from '../../domain/backlog.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { cleanupPhase } from '../cleanup-phase.ts';
import { type Command, flagValue } from '../command.ts';
import { withWorkspace } from '../workspace.ts';

export const findingsList: Command = {
  name: 'findings list',
  summary: 'Show findings that landed and still stand, by age, and those you dismissed.',
  usage: '[--cleanup]',
  options: { cleanup: { type: 'boolean' } },
  usesConfiguration: false,
  run: (invocation) =>
    withWorkspace(invocation, async ({ ledger }) => {
      const { terminal } = invocation;
      const backlog = ledger.backlog();
      const due = backlog.filter(({ needsCleanup }) => needsCleanup);
      if (flagValue(invocation, 'cleanup')) {
        const spec = cleanupPhase(due);
        terminal.emit({ type: 'cleanup-phase', issues: due, spec });
        terminal.print(spec ?? 'Nothing is old enough to be cleaned up.');
        return exitCodes.done;
      }
      const dismissed = ledger.dismissals();
      terminal.emit({ type: 'findings', backlog, dismissed });
      if (backlog.length === 0) terminal.print('No finding stands open in what has landed.');
      for (const issue of backlog) for (const line of issueLines(issue)) terminal.print(line);
      for (const { fingerprint, file, claim, reason } of dismissed) {
        terminal.print(`dismissed ${fingerprint}${file === null ? '' : ` ${file}`}: ${claim} (${reason})`);
      }
      if (due.length > 0) {
        terminal.print('');
        terminal.print(
          'Write a phase that cleans up with: countersign findings list --cleanup > .countersign/phases/cleanup.yaml',
        );
      }
      return exitCodes.done;
    }),
};

function issueLines({ severity, category, file, line, claim, fingerprint, runs, needsCleanup }: BacklogIssue) {
  const place = file === null ? '' : ` ${file}${line === null ? '' : `:${line}`}`;
  const age = `${runs} ${runs === 1 ? 'run' : 'runs'}${needsCleanup ? ', needs cleanup' : ''}`;
  return [`${severity} ${category}${place}: ${claim}`, `  ${fingerprint}, ${age}`];
}
