import path from 'node:path';
import { z } from 'zod';
import { auditOf, type ChangeSource } from '../compose/audit-change.ts';
import type { Workspace } from '../compose.ts';
import { describeEvent } from '../domain/describe-event.ts';
import { EngineError } from '../domain/engine-error.ts';
import { auditJson } from './audit-text.ts';

/** What a tool may use: the repository, a way to say how far it is, and a way to be stopped. */
export interface ToolContext {
  readonly workspace: Workspace;
  readonly progress: (message: string) => void;
  readonly signal: AbortSignal;
}

/** One tool that other agents may call. It gives JSON; what goes wrong is thrown as an `EngineError`. */
export interface AgentTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodObject;
  /** It changes nothing and sends nothing. */
  readonly readOnly: boolean;
  call(input: unknown, context: ToolContext): Promise<unknown>;
}

function toolOf<Input extends z.ZodObject>(
  tool: Omit<AgentTool, 'input' | 'call'> & {
    readonly input: Input;
    call(input: z.infer<Input>, context: ToolContext): Promise<unknown>;
  },
): AgentTool {
  return { ...tool, call: (input, context) => tool.call(tool.input.parse(input), context) };
}

const auditInput = z.object({
  staged: z.boolean().optional().describe('Audit what is staged in the index. The default.'),
  base: z.string().min(1).optional().describe('Audit what HEAD has that this branch or commit has not.'),
  patch: z.string().min(1).optional().describe('Audit this unified diff against HEAD; nothing is applied.'),
  goal: z.string().min(1).optional().describe('What the change is meant to do.'),
});

const audit = toolOf({
  name: 'countersign_audit',
  title: 'Audit a change',
  description:
    'Asks for a second signature: reviews staged changes, a branch or a patch, and returns findings, risk and a verdict. Changes no file. May call models within the caps of the user.',
  input: auditInput,
  readOnly: false,
  async call(input, { workspace, signal }) {
    const options = { panel: null, goal: input.goal ?? null, usd: null };
    return auditJson(await auditOf(workspace, sourceOf(input), options, signal));
  },
});

function sourceOf({ staged, base, patch }: z.infer<typeof auditInput>): ChangeSource {
  const chosen = [staged === true, base !== undefined, patch !== undefined].filter(Boolean);
  if (chosen.length > 1) {
    const problem = 'Choose one of `staged`, `base` and `patch`.';
    throw new EngineError({ code: 'arguments/invalid', problem, usage: null });
  }
  if (base !== undefined) return { type: 'base', name: base };
  return patch === undefined ? { type: 'staged' } : { type: 'patch', text: patch, name: 'of another agent' };
}

const runPhase = toolOf({
  name: 'countersign_run_phase',
  title: 'Run a phase',
  description:
    'Builds, checks and audits the change that a phase spec asks for. Nothing lands: an accepted change waits for a person to sign. Checks run only in a sandbox. Calls models within the caps of the user.',
  input: z.object({ file: z.string().min(1).describe('Path of a phase spec in the repository.') }),
  readOnly: false,
  async call({ file }, { workspace, progress, signal }) {
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
  },
});

const status = toolOf({
  name: 'countersign_status',
  title: 'Show runs',
  description: 'Lists recent runs with their phases, what they cost, and what waits for a signature.',
  input: z.object({ limit: z.int().min(1).max(50).default(10).describe('How many runs.') }),
  readOnly: true,
  async call({ limit }, { workspace }) {
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
  },
});

export const agentTools: readonly AgentTool[] = [audit, runPhase, status];
