import { EngineError } from '../domain/engine-error.ts';
import type { Proposal } from '../domain/proposal.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { PhaseRecord } from '../domain/run.ts';
import type { Because } from '../domain/verdict.ts';
import type { Assignment, Builder, ChatMessage, Feedback, RepositoryReader, Task } from '../engine/ports.ts';
import { assembleBrief, type Brief } from './brief.ts';
import { converse } from './converse.ts';
import { findDrift } from './find-drift.ts';
import { earlierPhases } from './gather/earlier-phases.ts';
import { createBriefs } from './keep-briefs.ts';
import {
  builderSystem,
  feedbackMessages,
  phaseMessage,
  reflectionMessage,
  reflectorSystem,
  toolRules,
} from './prompts.ts';
import { readReplyNotes } from './read-claims.ts';
import type { Matching, Survey } from './survey/survey.ts';
import type { Toolbox } from './tools/toolbox.ts';

export interface BuilderOptions {
  readonly survey: Survey;
  readonly reader: RepositoryReader;
  /** How globs of a scope are read: as the patch policy reads them. */
  readonly matching: Matching;
  /** Estimated tokens of a brief at most. */
  readonly contextTokens: number;
  /** Most output tokens of one reply. */
  readonly outputLimit: number;
  /** The phases that a task's phase depends on, as far as they went, in the order of the plan. */
  readonly phasesBefore: (task: Task) => readonly PhaseRecord[];
  /** Null offers no tools at all. */
  readonly toolbox: Toolbox | null;
}

/** A reflection is a few sentences. */
const reflectionLimit = 1_000;

export function createBuilder(options: BuilderOptions): Builder {
  const { outputLimit, toolbox } = options;
  const briefs = createBriefs((assignment, signal) => gather(options, assignment, signal));
  return {
    drift: (task) => findDrift(options, task),

    async propose(assignment, feedback, tell, signal) {
      const { spec, scope, model, temperature } = assignment;
      const brief = await briefs.of(assignment, signal);
      await tell({ type: 'context-gathered', stage: 'COMPLETE', component: 'context', report: brief.report });
      const tools = toolbox?.open(assignment) ?? null;
      const request = {
        scope,
        role: 'builder' as const,
        component: null,
        system: builderSystem(spec.builder.format ?? model.format) + (tools ? toolRules : ''),
        messages: messagesOf(assignment, brief, feedback),
        outputLimit,
        schema: null,
        ...(temperature === undefined ? {} : { temperature }),
      };
      return learnable(async () => {
        const answer = await converse(model, request, tools, tell, signal);
        const { text } = answer;
        return { reply: text, model: answer.model, ...readReplyNotes(text, spec.acceptance) };
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

async function gather(
  { survey, contextTokens, phasesBefore }: BuilderOptions,
  task: Task,
  signal: AbortSignal,
): Promise<Brief> {
  const { spec, base } = task;
  const found = await survey({ spec, commit: base, budgetTokens: contextTokens }, signal);
  return assembleBrief([...found, earlierPhases(phasesBefore(task))], contextTokens);
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
