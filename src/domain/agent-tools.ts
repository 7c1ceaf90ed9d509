import { z } from 'zod';

/** What other agents may ask for, over the Model Context Protocol and as tools of VS Code's language models. */
export interface AgentToolOffer<Input extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Input;
  /** It changes nothing and sends nothing. */
  readonly readOnly: boolean;
}

const offer = <Input extends z.ZodObject>(tool: AgentToolOffer<Input>): AgentToolOffer<Input> => tool;

export const auditOffer = offer({
  name: 'countersign_audit',
  title: 'Audit a change',
  description:
    'Asks for a second signature: reviews staged changes, a branch or a patch, and returns findings, risk and a verdict. Changes no file. May call models within the caps of the user.',
  input: z.object({
    staged: z.boolean().optional().describe('Audit what is staged in the index. The default.'),
    base: z.string().min(1).optional().describe('Audit what HEAD has that this branch or commit has not.'),
    patch: z.string().min(1).optional().describe('Audit this unified diff against HEAD; nothing is applied.'),
    goal: z.string().min(1).optional().describe('What the change is meant to do.'),
  }),
  readOnly: false,
});

export const runPhaseOffer = offer({
  name: 'countersign_run_phase',
  title: 'Run a phase',
  description:
    'Builds, checks and audits the change that a phase spec asks for. Nothing lands: an accepted change waits for a person to sign. Checks run only in a sandbox. Calls models within the caps of the user.',
  input: z.object({ file: z.string().min(1).describe('Path of a phase spec in the repository.') }),
  readOnly: false,
});

export const statusOffer = offer({
  name: 'countersign_status',
  title: 'Show runs',
  description: 'Lists recent runs with their phases, what they cost, and what waits for a signature.',
  input: z.object({ limit: z.int().min(1).max(50).default(10).describe('How many runs.') }),
  readOnly: true,
});

export const agentToolOffers: readonly AgentToolOffer[] = [auditOffer, runPhaseOffer, statusOffer];

/**
 * An agent that asks is no person: it cannot have a change land, have a check run outside a sandbox, or have
 * anything pushed.
 */
export const agentBounds = { autonomy: 'review', checks: { sandbox: 'require', ci: null } } as const;
