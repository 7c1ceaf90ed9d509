import { generateHistory, hasRealRuns } from '../../compose/generate-history.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { type Command, flagValue, textValue } from '../command.ts';
import { countOf } from '../run-filter.ts';
import { withWorkspace } from '../workspace.ts';

const usage = '--runs N [--seed N] [--calls N] [--until TIME] [--force]';

export const trajectoriesGenerate: Command = {
  name: 'trajectories generate',
  summary: 'Fill a repository with made-up runs, the same ones for the same seed and time, to try things on.',
  usage,
  options: {
    runs: { type: 'string' },
    seed: { type: 'string' },
    calls: { type: 'string' },
    until: { type: 'string' },
    force: { type: 'boolean' },
  },
  usesConfiguration: false,
  run: (invocation) => {
    const { terminal } = invocation;
    const wrong = (problem: string) =>
      new EngineError({ code: 'arguments/invalid', problem, usage: `countersign trajectories generate ${usage}` });
    if (textValue(invocation, 'runs') === null) throw wrong('Say how many with --runs.');
    const until = textValue(invocation, 'until') ?? new Date().toISOString();
    if (Number.isNaN(Date.parse(until))) throw wrong(`--until is \`${until}\`; it must be a time.`);
    const options = {
      runs: countOf(invocation, 'runs', 0),
      seed: countOf(invocation, 'seed', 1, 0),
      callsPerRun: countOf(invocation, 'calls', 100),
      until,
    };
    return withWorkspace(invocation, async ({ ledger }) => {
      if (hasRealRuns(ledger) && !flagValue(invocation, 'force')) {
        throw wrong(
          'This repository has runs of its own; made-up ones beside them would spoil its figures. --force does it.',
        );
      }
      const made = generateHistory(ledger, options, ({ runs }) => terminal.progress(`${runs} runs`));
      terminal.emit({ type: 'generated', seed: options.seed, until, ...made });
      terminal.print(`${made.runs} runs with ${made.calls} calls made up, seed ${options.seed}`);
      return exitCodes.done;
    });
  },
};
