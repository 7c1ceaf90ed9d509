import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { reportRun } from '../../compose/report-run.ts';
import { reportMarkdown } from '../../domain/describe-report.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { type Command, textValue } from '../command.ts';
import { runBySelector } from '../find-run.ts';
import { withWorkspace } from '../workspace.ts';

export const report: Command = {
  name: 'report',
  summary: 'Tell what a run came to: phases, evidence, findings, time and money, as Markdown or JSON.',
  usage: '[RUN] [--out FILE]',
  options: { out: { type: 'string' } },
  usesConfiguration: false,
  run: (invocation) =>
    withWorkspace(invocation, async (workspace) => {
      const { terminal, positionals, directory } = invocation;
      const made = reportRun(workspace, runBySelector(workspace.ledger, positionals[0] ?? 'last'));
      const file = textValue(invocation, 'out');
      if (file === null) {
        terminal.emit(made);
        terminal.print(reportMarkdown(made));
        return exitCodes.done;
      }
      const text = terminal.json ? `${JSON.stringify(made, null, 2)}\n` : reportMarkdown(made);
      await write(path.resolve(directory, file), text);
      terminal.emit({ type: 'report-written', runId: made.runId, file });
      terminal.print(`report ${file}`);
      return exitCodes.done;
    }),
};

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    const problem = `\`${file}\` cannot be written: ${error instanceof Error ? error.message : String(error)}`;
    throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign report RUN --out FILE' }, error);
  }
}
