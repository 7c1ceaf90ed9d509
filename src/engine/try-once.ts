import { createHash } from 'node:crypto';
import type { Proposal, Staged } from '../domain/proposal.ts';
import type { Result } from '../domain/result.ts';
import type { Because } from '../domain/verdict.ts';
import { type Examined, examine } from './attempt.ts';
import { emitFor, type RunContext } from './context.ts';
import { becauseOfFault } from './failure.ts';
import type { Assignment, Feedback } from './ports/builder.ts';

/** What one proposal came to before anything lands. */
export type Tried =
  | {
      readonly type: 'failed';
      readonly because: Because;
      /** Equal for two tries means that nothing new was tried. */
      readonly fingerprint: string;
      readonly proposal: Proposal | null;
    }
  | {
      readonly type: 'examined';
      readonly proposal: Proposal;
      readonly staged: Staged;
      readonly examined: Examined;
    };

export interface TryInput {
  readonly assignment: Assignment;
  readonly feedback: Feedback | null;
  /** The staged change of the attempt before, where this one builds on it; null starts from the base. */
  readonly onto: Staged | null;
}

/** One proposal, staged and examined. */
export async function tryOnce(context: RunContext, input: TryInput, signal: AbortSignal): Promise<Tried> {
  const { assignment, feedback, onto } = input;
  const emit = emitFor(context, assignment.scope);
  const shown = onto ? { ...assignment, base: onto.commit } : assignment;
  const proposed = await context.parts.builder.propose(shown, feedback, emit, signal);
  if (!proposed.ok) {
    const { fault } = proposed;
    return { type: 'failed', because: becauseOfFault(fault), fingerprint: fault.code, proposal: null };
  }
  const proposal = proposed.value;
  const staged = await stageProposal(context, input, proposal);
  if (!staged.ok) {
    await emit({ type: 'patch-refused', stage: 'ERROR', fault: staged.fault });
    return { type: 'failed', because: becauseOfFault(staged.fault), fingerprint: hashOf(proposal.reply), proposal };
  }
  await emit({
    type: 'patch-staged',
    stage: 'COMPLETE',
    staged: staged.value,
    summary: proposal.summary,
    claims: [...proposal.claims],
    tests: [...proposal.tests],
  });
  const examined = await examine(
    context,
    assignment,
    staged.value,
    { signed: false, audit: null, claims: proposal.claims },
    signal,
  );
  return { type: 'examined', proposal, staged: staged.value, examined };
}

/** What was written on top of an earlier change becomes one change with it, from the base: one patch is audited. */
async function stageProposal(
  { parts }: RunContext,
  { assignment: { scope, spec, base }, onto }: TryInput,
  { reply }: Proposal,
): Promise<Result<Staged>> {
  const { repository } = parts;
  if (!onto) return repository.stage({ scope, spec, reply, base });
  const upper = await repository.stage({ scope, spec, reply, base: onto.commit });
  if (!upper.ok) return upper;
  const both = await repository.stage({ scope, spec, reply: await repository.diff(base, upper.value.commit), base });
  if (!both.ok) return both;
  return { ok: true, value: { ...both.value, repairs: [...upper.value.repairs, ...both.value.repairs] } };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
