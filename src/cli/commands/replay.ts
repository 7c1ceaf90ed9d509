import { plural } from '../../domain/describe-event.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { ExitCode } from '../../domain/exit-code.ts';
import { describeDifference, describeNotReplayable, type ReplaySummary } from '../../domain/replay.ts';
import type { RunRecord } from '../../domain/run.ts';
import { type Command, type Invocation, textValue } from '../command.ts';
import { runBySelector } from '../find-run.ts';
import { showEvents } from '../show-events.ts';
import { withWorkspace } from '../workspace.ts';

export const replay: Command = {
  name: 'replay',
  summary: 'Go through a run again with the replies that were kept, at no cost; 0 where it comes out the same, else 3.',
  usage: '[RUN] [--from PHASE[/ATTEMPT]]',
  options: { from: { type: 'string' } },
  usesConfiguration: true,
  run: (invocation) =>
    withWorkspace(invocation, async ({ engine, ledger }): Promise<ExitCode> => {
      const { terminal, positionals, signal } = invocation;
      const run = runBySelector(ledger, positionals[0] ?? 'last');
      const from = fromOf(invocation, run);
      const result = await engine.replay(run, from, showEvents(terminal), signal);
      for (const line of summaryLines(result.replay)) terminal.print(line);
      return result.exitCode;
    }),
};

function fromOf(invocation: Invocation, run: RunRecord): { phaseId: string; attempt: number | null } | null {
  const text = textValue(invocation, 'from');
  if (text === null) return null;
  const [phaseId = '', number] = text.split('/');
  const phase = run.phases.find(({ id }) => id === phaseId);
  const attempt = number === undefined ? null : Number(number);
  const isAttempt =
    attempt === null || (Number.isInteger(attempt) && attempt >= 1 && attempt <= (phase?.attempts ?? 0));
  if (phase && isAttempt) return { phaseId, attempt };
  const problem = `--from is \`${text}\`; it must name a phase of the run, and an attempt that it had.`;
  throw new EngineError({ code: 'arguments/invalid', problem, usage: 'countersign replay RUN --from PHASE/2' });
}

function summaryLines({ result, replies, differences, notReplayable }: ReplaySummary): readonly string[] {
  const used = `${plural(replies, 'kept reply', 'kept replies')} played back; no model was called and nothing landed.`;
  const gaps = notReplayable.map((gap) => `not replayable: ${describeNotReplayable(gap)}`);
  const [first, ...more] = differences;
  if (!first) return ['', result === 'identical' ? 'identical' : 'the rest cannot be told', used, ...gaps];
  const rest = more.length === 0 ? [] : [`and ${plural(more.length, 'difference', 'differences')} after it`];
  return ['', 'first difference', describeDifference(first), ...rest, used, ...gaps];
}
