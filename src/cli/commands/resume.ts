import { EngineError } from '../../domain/engine-error.ts';
import type { Command } from '../command.ts';
import { runBySelector } from '../find-run.ts';
import { showEvents } from '../show-events.ts';
import { summaryLines } from '../summary.ts';
import { withWorkspace } from '../workspace.ts';

export const resume: Command = {
  name: 'resume',
  summary: 'Go on with the phases of a run that have not ended.',
  usage: '[RUN]',
  options: {},
  usesConfiguration: true,
  run: (invocation) =>
    withWorkspace(invocation, async ({ engine, ledger }) => {
      const { positionals, terminal, signal } = invocation;
      const record = runBySelector(ledger, positionals[0] ?? 'last');
      if (ledger.isRunLive(record.id)) {
        throw new EngineError({
          code: 'run/not-resumable',
          run: record.id,
          detail: 'it is running in another process.',
        });
      }
      const stop = engine.listen(showEvents(terminal));
      try {
        const result = await engine.resume(record, signal);
        const after = ledger.run(result.runId);
        if (after) for (const line of ['', ...summaryLines(after)]) terminal.print(line);
        return result.exitCode;
      } finally {
        stop();
      }
    }),
};
