import path from 'node:path';
import { validateTrainingFile } from '../../compose/training/validate-file.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { type Command, textValue } from '../command.ts';

const usage = 'countersign trajectories validate FILE --format NAME';

export const trajectoriesValidate: Command = {
  name: 'trajectories validate',
  summary: 'Judge a file of training data row by row against its format.',
  usage: 'FILE --format NAME',
  options: { format: { type: 'string' } },
  usesConfiguration: false,
  async run(invocation) {
    const { positionals, directory, terminal } = invocation;
    const [file, ...others] = positionals;
    const format = textValue(invocation, 'format') ?? formatOfName(file ?? '');
    if (file === undefined || others.length > 0) throw wrong('Name one file.');
    if (format === null) throw wrong('Name its format with --format.');
    const judged = await validateTrainingFile(path.resolve(directory, file), format);
    const ok = judged.faults.length === 0 && judged.problems.length === 0;
    terminal.emit({ type: 'validation', file, format, ok, ...judged });
    for (const { row, field, reason } of judged.faults) terminal.print(`row ${row}${field && `, ${field}`}: ${reason}`);
    if (judged.more > 0) terminal.print(`and ${judged.more} more`);
    for (const problem of judged.problems) terminal.print(problem);
    if (ok) terminal.print(`${judged.rows} rows of ${format}, all sound`);
    return ok ? exitCodes.done : exitCodes.rejected;
  },
};

/** Files of a dataset are named after their format. */
function formatOfName(file: string): string | null {
  return /^(.+)\.(?:train|test)\.jsonl$/.exec(path.basename(file))?.[1] ?? null;
}

function wrong(problem: string): EngineError {
  return new EngineError({ code: 'arguments/invalid', problem, usage });
}
