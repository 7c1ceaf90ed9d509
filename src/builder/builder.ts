import type { EditorFindings } from '../domain/building.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { Proposal } from '../domain/proposal.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { PhaseRecord } from '../domain/run.ts';
import type { Because } from '../domain/verdict.ts';
import type { Assignment, Builder, Feedback, LanguageServices, Task, TellBuilding } from '../engine/ports/builder.ts';
import type { ChatMessage } from '../engine/ports/chat.ts';
import type { RepositoryReader, SourceTree } from '../engine/ports/repository.ts';
import { assembleBrief, type Brief } from './brief.ts';
import { converse } from './converse.ts';
import { distil, overflows } from './distil.ts';
import { findDrift } from './find-drift.ts';
import { earlierPhases } from './gather/earlier-phases.ts';
import type { KeptFindings } from './gather/kept-findings.ts';
import { askEditor, type EditorInput, findingsOf, resultsOf } from './gather/language-services.ts';
import type { GatherResult } from './gather/run-gatherers.ts';
import { createBriefs } from './keep-briefs.ts';
import { isGenerated, isSecret } from './path-kinds.ts';
import {
  builderSystem,
  feedbackMessages,
  phaseMessage,
  reflectionMessage,
  reflectorSystem,
  toolRules,
} from './prompts.ts';
import { readReplyNotes } from './read-claims.ts';
import { queryOf } from './survey/query.ts';
import type { Matching, Survey } from './survey/survey.ts';
import type { Toolbox } from './tools/toolbox.ts';

export interface BuilderOptions {
  readonly survey: Survey;
  readonly reader: RepositoryReader;
  /** How globs of a scope are read: as the patch policy reads them. */
  readonly matching: Matching;
  /** Estimated tokens of a brief at most. */
  readonly contextTokens: number;
  /** Of a run that is gone through again: an editor may answer otherwise by now. */
  readonly keptFindings: KeptFindings;
  /** Null where there is no editor. */
  readonly editor: { readonly services: LanguageServices; readonly treeAt: (commit: string) => SourceTree } | null;
  /** A model weighs what was found where it is much more than that. */
  readonly distils: boolean;
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
  const briefs = createBriefs((assignment, tell, signal) => gather(options, assignment, tell, signal));
  const kept = new WeakSet<EditorFindings>();
  return {
    drift: (task) => findDrift(options, task),

    async propose(assignment, feedback, tell, signal) {
      const { spec, scope, model, temperature } = assignment;
      const { brief, editor } = await briefs.of(assignment, tell, signal);
      const fresh = editor && !kept.has(editor) ? { editor } : {};
      if (editor) kept.add(editor);
      const { report } = brief;
      await tell({ type: 'context-gathered', stage: 'COMPLETE', component: 'context', report, ...fresh });
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

interface GatheredBrief {
  readonly brief: Brief;
  /** What an editor gave to it just now; null where none was asked. */
  readonly editor: EditorFindings | null;
}

async function gather(
  options: BuilderOptions,
  assignment: Assignment,
  tell: TellBuilding,
  signal: AbortSignal,
): Promise<GatheredBrief> {
  const { survey, contextTokens, phasesBefore } = options;
  const { spec, base } = assignment;
  const surveyed = await survey({ spec, commit: base, budgetTokens: contextTokens }, signal);
  const { results, editor } = await fromEditor(options, assignment, surveyed, signal);
  const found = [...surveyed, ...results, earlierPhases(phasesBefore(assignment))];
  return { brief: await briefOf(options, assignment, found, tell, signal), editor };
}

/** What an editor says of what the survey found: it is asked about the likeliest files. */
async function fromEditor(
  options: BuilderOptions,
  assignment: Assignment,
  surveyed: readonly GatherResult[],
  signal: AbortSignal,
): Promise<{ readonly results: readonly GatherResult[]; readonly editor: EditorFindings | null }> {
  const before = options.keptFindings(assignment);
  const input = before ? null : editorInput(options, assignment, surveyed);
  if (!input) return { results: resultsOf(before ?? { gatherers: [] }), editor: null };
  const results = await askEditor(input, signal);
  return { results, editor: findingsOf(assignment.base, results) };
}

async function briefOf(
  { contextTokens, distils }: BuilderOptions,
  assignment: Assignment,
  found: readonly GatherResult[],
  tell: TellBuilding,
  signal: AbortSignal,
): Promise<Brief> {
  const { aggregator } = assignment;
  if (!distils || !aggregator || !overflows(found, contextTokens)) return assembleBrief(found, contextTokens);
  const { results, failure } = await distil(assignment, aggregator, found, signal);
  if (failure !== null) {
    const message = `What was found is cut by rule: the aggregator did not weigh it. ${failure}`;
    await tell({ type: 'notice', stage: 'ERROR', component: 'context', level: 'warning', message });
  }
  return assembleBrief(results, contextTokens);
}

/** Null without an editor. */
function editorInput(
  { editor, matching }: BuilderOptions,
  { spec, base }: Task,
  surveyed: readonly GatherResult[],
): EditorInput | null {
  if (!editor) return null;
  const { include, exclude, context } = spec.scope;
  const [isIncluded, isExcluded, isNamed] = [matching(include), matching(exclude), matching(context)];
  const pieces = surveyed.flatMap((result) => result.pieces).sort((a, b) => b.value - a.value);
  return {
    spec,
    query: queryOf(spec),
    likely: [...new Set(pieces.flatMap(({ path }) => path ?? []))],
    services: editor.services,
    mayChange: (path) => isIncluded(path) && !isExcluded(path),
    mayShow: (path) => !isSecret(path) && !isGenerated(path) && (!isExcluded(path) || isNamed(path)),
    read: (paths) => editor.treeAt(base).read(paths),
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
