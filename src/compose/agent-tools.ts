import path from 'node:path';
import type { z } from 'zod';
import type { Workspace } from '../compose.ts';
import { type AgentToolOffer, auditOffer, runPhaseOffer, statusOffer } from '../domain/agent-tools.ts';
import { describeEvent } from '../domain/describe-event.ts';
import { EngineError } from '../domain/engine-error.ts';
import { auditOf, type ChangeSource } from './audit-change.ts';
import { auditJson } from './audit-json.ts';

/** What a tool may use: the repository, a way to say how far it is, and a way to be stopped. */
export interface ToolContext {
  readonly workspace: Workspace;
  readonly progress: (message: string) => void;
  readonly signal: AbortSignal;
}

/**
 * One tool that other agents may call, alike in both faces. It gives JSON; what goes wrong is thrown as an
 * `EngineError`. The workspace it is given must have been opened with `agentBounds`.
 */
export interface AgentTool extends AgentToolOffer {
  call(input: unknown, context: ToolContext): Promise<unknown>;
}

function toolOf<Input extends z.ZodObject>(
  offer: AgentToolOffer<Input>,
  call: (input: z.infer<Input>, context: ToolContext) => Promise<unknown>,
): AgentTool {
  return { ...offer, call: (input, context) => call(offer.input.parse(input), context) };
}

const audit = toolOf(auditOffer, async (input, { workspace, signal }) => {
  const options = { panel: null, goal: input.goal ?? null, usd: null };
  return auditJson(await auditOf(workspace, sourceOf(input), options, signal));
});

function sourceOf({ staged, base, patch }: z.infer<typeof auditOffer.input>): ChangeSource {
  const chosen = [staged === true, base !== undefined, patch !== undefined].filter(Boolean);
  if (chosen.length > 1) {
    const problem = 'Choose one of `staged`, `base` and `patch`.';
    throw new EngineError({ code: 'arguments/invalid', problem, usage: null });
  }
  if (base !== undefined) return { type: 'base', name: base };
  return patch === undefined ? { type: 'staged' } : { type: 'patch', text: patch, name: 'of another agent' };
}

const runPhase = toolOf(runPhaseOffer, async ({ file }, { workspace, progress, signal }) => {
  const { root } = workspace.repository;
  const absolute = path.resolve(root, file);
  if (!absolute.startsWith(root + path.sep)) {
    const problem = `\`${file}\` is outside the repository.`;
    throw new EngineError({ code: 'arguments/invalid', problem, usage: null });
  }
  const { plan } = await workspace.readNamedFiles([absolute], root);
  const stop = workspace.engine.listen((event) => {
    const line = describeEvent(event);
    if (line !== null) progress(line);
  });
  try {
    return await workspace.engine.run(plan, { autonomy: 'review', branchByDefault: 'current' }, signal);
  } finally {
    stop();
  }
});

const status = toolOf(statusOffer, async ({ limit }, { workspace }) => {
  const runs = workspace.ledger.runs({ limit }).flatMap(({ id }) => workspace.ledger.run(id) ?? []);
  return {
    waiting: runs.flatMap((run) => workspace.signable(run).map((phase) => `${run.id}/${phase.id}`)),
    runs: runs.map(({ id, plan, state, reason, spend, phases }) => ({
      id,
      goal: plan.goal,
      state,
      reason,
      costMicros: spend.cost.micros,
      costLabel: spend.cost.label,
      phases: phases.map((phase) => ({ id: phase.id, state: phase.state, reason: phase.reason })),
    })),
  };
});

export const agentTools: readonly AgentTool[] = [audit, runPhase, status];
