import path from 'node:path';
import { acceptProposal, discardProposal, proposePlan, waitingProposal } from '../compose/plans/replan-run.ts';
import type { Workspace } from '../compose.ts';
import { type ExitCode, exitCodes } from '../domain/exit-code.ts';
import type { RunRecord } from '../domain/run.ts';
import { askYesNo } from './ask.ts';
import type { Invocation } from './command.ts';
import { runBySelector } from './find-run.ts';
import { showEvents } from './show-events.ts';
import { withWorkspace } from './workspace.ts';

export interface ReplanRequest {
  readonly run: string;
  /** What becomes of a proposal that waits; null asks for one. */
  readonly reply: 'accept' | 'discard' | null;
}

/** What a person should know of a plan before running it, one line each. */
export function toldOf({
  warnings,
  questions,
}: {
  readonly warnings: readonly string[];
  readonly questions: readonly { readonly phase: string | null; readonly question: string }[];
}): readonly string[] {
  return [...warnings, ...questions.map(({ phase, question }) => `${phase ? `${phase}: ` : ''}${question}`)];
}

/**
 * Has what remains of a run planned anew and shows the difference of its plan. Written only once a person accepts it:
 * without a terminal that is a call of its own, and until then it waits (exit code 5).
 */
export function replan(invocation: Invocation, { run: selector, reply }: ReplanRequest): Promise<ExitCode> {
  return withWorkspace(invocation, async (workspace) => {
    const run = runBySelector(workspace.ledger, selector);
    if (reply === 'accept') return accept(invocation, workspace, run);
    if (reply === 'discard') return discard(invocation, workspace, run);
    return propose(invocation, workspace, run);
  });
}

async function propose(invocation: Invocation, workspace: Workspace, run: RunRecord): Promise<ExitCode> {
  const { terminal, signal } = invocation;
  const stop = terminal.json ? () => {} : workspace.engine.listen(showEvents(terminal));
  const proposal = await proposePlan(workspace, run, signal).finally(stop);
  terminal.emit({ type: 'plan-proposal', ...proposal });
  terminal.print(proposal.diff.trimEnd());
  for (const line of toldOf(proposal)) terminal.warn(line);
  const streams = { input: process.stdin, output: process.stderr };
  const accepted = terminal.json ? null : await askYesNo('Write this plan?', streams, signal);
  if (accepted) return write(invocation, workspace, run);
  const command = `countersign plan --replan ${run.id}`;
  terminal.print(`Nothing is written yet: \`${command} --accept\` writes it, \`${command} --discard\` forgets it.`);
  return exitCodes.waits;
}

async function accept(invocation: Invocation, workspace: Workspace, run: RunRecord): Promise<ExitCode> {
  const { diff } = await waitingProposal(workspace, run);
  invocation.terminal.print(diff.trimEnd());
  return write(invocation, workspace, run);
}

async function write({ terminal, directory }: Invocation, workspace: Workspace, run: RunRecord): Promise<ExitCode> {
  const file = await acceptProposal(workspace, run);
  terminal.emit({ type: 'plan-written', runId: run.id, file });
  const shown = path.relative(directory, file);
  terminal.print(`Wrote ${shown}. Read it, edit it, then: countersign run ${shown}`);
  return exitCodes.done;
}

async function discard({ terminal }: Invocation, workspace: Workspace, run: RunRecord): Promise<ExitCode> {
  await waitingProposal(workspace, run);
  await discardProposal(workspace, run);
  terminal.emit({ type: 'plan-discarded', runId: run.id });
  terminal.print('Forgotten; the plan stays as it is.');
  return exitCodes.done;
}
