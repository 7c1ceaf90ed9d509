import type { Workspace } from '../../compose.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { type ExitCode, exitCodes } from '../../domain/exit-code.ts';
import type { Decision } from '../../domain/review.ts';
import type { PhaseRecord, RunRecord } from '../../domain/run.ts';
import { type Command, flagValue, type Invocation, textValue } from '../command.ts';
import { phaseBySelector, runBySelector } from '../find-run.ts';
import { reviewJson, reviewLines } from '../review-text.ts';
import { showEvents } from '../show-events.ts';
import { outcomeLine } from '../summary.ts';
import { withWorkspace } from '../workspace.ts';

const usage = 'RUN[/PHASE] [--approve | --reject | --revise NOTE] [--hunks FILE:1,3]';

export const review: Command = {
  name: 'review',
  summary: 'Show a change that waits for a signature, with its findings; sign it or refuse it.',
  usage,
  options: {
    approve: { type: 'boolean' },
    reject: { type: 'boolean' },
    revise: { type: 'string' },
    note: { type: 'string' },
    hunks: { type: 'string', multiple: true },
  },
  usesConfiguration: true,
  run: (invocation) => {
    const decision = decisionOf(invocation);
    return withWorkspace(invocation, async (workspace) => {
      const selector = invocation.positionals[0] ?? 'last';
      const run = runBySelector(workspace.ledger, selector);
      const named = phaseBySelector(run, selector);
      const waiting = workspace.signable(run).filter((phase) => named === null || phase.id === named.id);
      if (waiting.length === 0) throw new EngineError({ code: 'review/nothing-pending', selector });
      return decision
        ? decideAll(invocation, workspace, run, waiting, decision)
        : show(invocation, workspace, run, waiting);
    });
  },
};

function decisionOf(invocation: Invocation): Decision | null {
  const note = textValue(invocation, 'note');
  const revise = textValue(invocation, 'revise');
  const hunks = hunksOf(invocation);
  const chosen: Decision[] = [];
  if (flagValue(invocation, 'approve') || hunks) chosen.push({ type: 'approve', hunks });
  if (flagValue(invocation, 'reject')) chosen.push({ type: 'reject', note });
  if (revise !== null) chosen.push({ type: 'revise', note: revise });
  if (chosen.length > 1) {
    const problem = 'Choose one of --approve, --reject and --revise.';
    throw new EngineError({ code: 'arguments/invalid', problem, usage: `countersign review ${usage}` });
  }
  return chosen[0] ?? null;
}

/** `--hunks FILE:1,3`, as often as there are files; null where it is not given. */
function hunksOf({ values }: Invocation): ReadonlyMap<string, readonly number[]> | null {
  const given = values.hunks;
  if (!Array.isArray(given)) return null;
  return new Map(
    given.map(String).map((text) => {
      const match = /^(.+):(\d+(?:,\d+)*)$/.exec(text);
      if (!match) {
        const problem = `--hunks is \`${text}\`; it must read FILE:1,3.`;
        throw new EngineError({ code: 'arguments/invalid', problem, usage: `countersign review ${usage}` });
      }
      return [match[1] as string, (match[2] as string).split(',').map(Number)] as const;
    }),
  );
}

async function show(
  { terminal }: Invocation,
  { repository }: Workspace,
  run: RunRecord,
  waiting: readonly PhaseRecord[],
): Promise<ExitCode> {
  const hooks = await repository.skippedHooks();
  for (const phase of waiting) {
    // Evidence is of one base: once the branch moved on, it must be had again before the change lands.
    const isMoved = (await repository.resolve(run.plan.landsOn)) !== phase.staged?.base;
    terminal.emit(reviewJson(run, phase, hooks, isMoved));
    for (const line of reviewLines(run, phase, hooks, isMoved)) terminal.print(line);
  }
  return exitCodes.waits;
}

async function decideAll(
  { terminal, signal }: Invocation,
  { engine, ledger }: Workspace,
  run: RunRecord,
  waiting: readonly PhaseRecord[],
  decision: Decision,
): Promise<ExitCode> {
  const stop = engine.listen(showEvents(terminal));
  try {
    for (const phase of waiting) {
      const { exitCode } = await engine.decide(ledger.run(run.id) ?? run, phase, decision, signal);
      const after = ledger.phase(run.id, phase.id);
      if (after) terminal.print(outcomeLine(after));
      if (exitCode !== exitCodes.done) return exitCode;
    }
    return exitCodes.done;
  } finally {
    stop();
  }
}
