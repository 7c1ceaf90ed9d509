import type { ResumeOptions, Workspace } from '../compose.ts';
import type { ExitCode } from '../domain/exit-code.ts';
import type { RunRecord } from '../domain/run.ts';
import type { Invocation } from './command.ts';
import { showEvents } from './show-events.ts';
import { summaryLines } from './summary.ts';

/** Goes on with a run in this process and shows it as it goes. */
export async function resumeRun(
  { terminal, signal }: Invocation,
  { engine, ledger }: Workspace,
  record: RunRecord,
  options: ResumeOptions,
): Promise<ExitCode> {
  const stop = engine.listen(showEvents(terminal));
  try {
    const result = await engine.resume(record, signal, options);
    const after = ledger.run(result.runId);
    if (after) for (const line of ['', ...summaryLines(after)]) terminal.print(line);
    if (result.reason) terminal.warn(result.reason);
    return result.exitCode;
  } finally {
    stop();
  }
}
