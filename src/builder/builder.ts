import { EngineError } from '../domain/engine-error.ts';
import type { Proposal } from '../domain/proposal.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Because } from '../domain/verdict.ts';
import type { Assignment, Builder, ChatMessage, Feedback, Repository } from '../engine/ports.ts';
import { type Brief, gatherBrief, type Matching } from './brief.ts';
import { builderSystem, feedbackMessages, phaseMessage, reflectionMessage, reflectorSystem } from './prompts.ts';

export interface BuilderOptions {
  readonly treeAt: Repository['tree'];
  /** Most output tokens of one reply. */
  readonly outputLimit: number;
  /** How globs of a scope are read: as the patch policy reads them. */
  readonly matching: Matching;
}

/** A reflection is a few sentences. */
const reflectionLimit = 1_000;

export function createBuilder({ treeAt, outputLimit, matching }: BuilderOptions): Builder {
  return {
    async propose(assignment, feedback, signal) {
      const { spec, scope, base, model } = assignment;
      const brief = await gatherBrief(spec, treeAt(base), matching);
      const request = {
        scope,
        role: 'builder' as const,
        component: null,
        system: builderSystem(spec.builder.format ?? model.format),
        messages: messagesOf(assignment, brief, feedback),
        outputLimit,
        schema: null,
      };
      return learnable(async () => {
        const { text } = await model.complete(request, signal);
        return { reply: text, model: model.id, summary: summaryOf(text) };
      });
    },

    async reflect({ spec, scope, model }, proposal: Proposal | null, because: Because, signal) {
      const { text } = await model.complete(
        {
          scope,
          role: 'reflector',
          component: null,
          system: reflectorSystem,
          messages: [{ role: 'user', text: reflectionMessage(spec, proposal?.reply ?? null, because) }],
          outputLimit: Math.min(reflectionLimit, outputLimit),
          schema: null,
        },
        signal,
      );
      return text.trim();
    },
  };
}

function messagesOf({ spec }: Assignment, brief: Brief, feedback: Feedback | null): readonly ChatMessage[] {
  const first: ChatMessage = { role: 'user', text: phaseMessage(spec, brief) };
  return feedback === null ? [first] : [first, ...feedbackMessages(feedback)];
}

/** A reply that was cut off says something about this attempt; every other failure stops the phase. */
async function learnable(call: () => Promise<Proposal>): Promise<Result<Proposal>> {
  try {
    return ok(await call());
  } catch (error) {
    if (error instanceof EngineError && error.fault.code === 'model/truncated') return fail(error.fault);
    throw error;
  }
}

/** The prose before the patch, as one line. */
function summaryOf(reply: string): string {
  const prose = reply.split(/^(?:`{3,}|~{3,}|diff --git |--- |\*\*\* Begin Patch|<{5,} )/m, 1)[0] as string;
  const line = prose.replace(/\s+/g, ' ').trim();
  return line.length <= 300 ? line : `${line.slice(0, 299)}…`;
}
