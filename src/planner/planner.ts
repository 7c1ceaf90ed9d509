import type { Catalogue } from '../domain/catalogue.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { PhaseSpec, Plan, PlanFile, Tier } from '../domain/spec.ts';
import type { DetectedStack, StackProfile } from '../domain/stack.ts';
import type { ChatMessage, ChatModel } from '../engine/ports/chat.ts';
import type { SourceTree } from '../engine/ports/repository.ts';
import type { AttemptScope } from '../engine/ports/run.ts';
import { reusableFeatures } from './catalogue.ts';
import { detectStacks } from './detect-stack.ts';
import { type Examined, examinePlan, type Matching, type PlanBounds } from './examine-plan.ts';
import { languagesOf } from './languages.ts';
import { builtInProfiles } from './profiles.ts';
import { type PlanningBrief, plannerSystem, planningMessage, repairMessage } from './prompts.ts';
import { planReplySchema, type Question, readPlanReply } from './read-plan-reply.ts';
import { keepOwnParts, type Remains, repeatsLanded, withoutLanded } from './remains.ts';

/** What a phase of a category may use; the strategy's own table. */
export interface CategoryBounds {
  readonly name: string;
  readonly tokens: number;
  readonly attempts: number;
}

export interface PlanRequest {
  readonly goal: string;
  readonly model: ChatModel;
  readonly scope: AttemptScope;
  readonly tree: SourceTree;
  readonly catalogue: Catalogue;
  /** Profiles of the team, which go before those built in. */
  readonly profiles: readonly StackProfile[];
  readonly categories: readonly CategoryBounds[];
  readonly bounds: PlanBounds;
  readonly matching: Matching;
  readonly outputLimit: number;
  /** Named in faults: the file that the plan will stand in. */
  readonly file: string;
  /** What a run left undone, where only that is to be planned. */
  readonly remains?: Remains;
}

export interface Planned {
  readonly plan: PlanFile;
  readonly stacks: readonly DetectedStack[];
  readonly warnings: readonly string[];
  readonly questions: readonly Question[];
}

/** Files that are listed, and characters of each document, at most. */
const filesListed = 400;
const documentLength = 6_000;
const documentNames = /^(?:readme(?:\.\w+)?|agents\.md|contributing\.md|architecture\.md)$/i;

/**
 * Turns a goal into a plan by one structured call, and one more where code finds the first answer unusable. Throws
 * `plan/unusable` where the second is no better, `plan/cycle` and `plan/unknown-dependency` where that is what is
 * wrong with it. The plan is the user's to read and edit: nothing runs from here.
 */
export async function makePlan(request: PlanRequest, signal: AbortSignal): Promise<Planned> {
  const stacks = await detectStacks(request.tree, [...builtInProfiles, ...request.profiles]);
  const brief = await briefOf(request, stacks);
  const paths = await request.tree.paths();
  const first: ChatMessage = { role: 'user', text: planningMessage(brief) };
  let messages: readonly ChatMessage[] = [first];
  for (let tries = 1; ; tries++) {
    const reply = await ask(request, messages, signal);
    const judged = judge(request, reply, stacks, paths);
    if (judged.ok) return { ...judged.planned, stacks };
    if (tries === 2) throw judged.error;
    messages = [first, { role: 'assistant', text: reply }, { role: 'user', text: repairMessage(judged.problem) }];
  }
}

async function ask(request: PlanRequest, messages: readonly ChatMessage[], signal: AbortSignal): Promise<string> {
  const { text } = await request.model.complete(
    {
      scope: request.scope,
      role: 'planner',
      component: null,
      system: plannerSystem,
      messages,
      outputLimit: request.outputLimit,
      schema: planReplySchema,
    },
    signal,
  );
  return text;
}

type Judged =
  | { readonly ok: true; readonly planned: Omit<Planned, 'stacks'> }
  | { readonly ok: false; readonly problem: string; readonly error: EngineError };

function judge(
  request: PlanRequest,
  reply: string,
  stacks: readonly DetectedStack[],
  paths: readonly string[],
): Judged {
  const read = readPlanReply(reply);
  if (!read.ok) {
    return { ok: false, problem: read.fault, error: new EngineError({ code: 'plan/unusable', detail: read.fault }) };
  }
  const { remains } = request;
  const repeated = remains ? repeatsLanded(read.value.plan, remains) : null;
  if (repeated !== null) {
    return { ok: false, problem: repeated, error: new EngineError({ code: 'plan/unusable', detail: repeated }) };
  }
  const made = completed(read.value.plan, request, stacks);
  const plan = remains ? { ...keepOwnParts(made, remains), id: remains.id } : made;
  const alone = runnable(remains ? withoutLanded(plan, remains) : plan);
  const examined: Examined = examinePlan(alone, request.file, paths, request.bounds, request.matching);
  if (examined.fault) {
    const error = new EngineError(examined.fault);
    return { ok: false, problem: error.message, error };
  }
  const questions = [...read.value.questions, ...examined.questions];
  return { ok: true, planned: { plan, warnings: examined.warnings, questions } };
}

/** Budgets come from the strategy's table, checks from the project where the planner named none. */
function completed(plan: PlanFile, { categories, goal }: PlanRequest, stacks: readonly DetectedStack[]): PlanFile {
  const table = new Map(categories.map((category) => [category.name, category]));
  const fallback = table.get('feature-scaffolding');
  const checks = stacks.filter(({ folder }) => folder === '').flatMap(({ profile }) => profile.verify);
  const complete = (phase: PhaseSpec): PhaseSpec => {
    const bounds = table.get(phase.category) ?? fallback;
    return {
      ...phase,
      budget: { ...phase.budget, ...(bounds ? { tokens: bounds.tokens, attempts: bounds.attempts } : {}) },
      verify: phase.verify.length > 0 ? phase.verify : checks,
    };
  };
  return {
    ...plan,
    goal,
    tiers: plan.tiers.map((tier) => ({
      ...tier,
      phases: tier.phases.map((phase) => (typeof phase === 'string' ? phase : complete(phase))),
    })),
  };
}

function runnable(plan: PlanFile): Plan {
  const tiers: readonly Tier[] = plan.tiers.map(({ id, title, budget, phases }) => ({
    id,
    title: title ?? id,
    budget,
    phases: phases.filter((phase) => typeof phase !== 'string'),
  }));
  return { id: plan.id, goal: plan.goal, autonomy: null, landingBranch: null, budget: plan.budget, tiers };
}

async function briefOf(request: PlanRequest, stacks: readonly DetectedStack[]): Promise<PlanningBrief> {
  const { tree, goal, catalogue, categories } = request;
  const paths = await tree.paths();
  const named = [...paths.filter((path) => documentNames.test(path)), ...stacks.map(({ manifest }) => manifest)];
  const texts = await tree.read(named);
  return {
    goal,
    stacks,
    languages: languagesOf(paths),
    features: reusableFeatures(catalogue),
    categories,
    files: listed(paths),
    filesInAll: paths.length,
    documents: [...texts].map(([path, text]) => ({ path, text: text.slice(0, documentLength) })),
    remains: request.remains ?? null,
  };
}

/** Every file where they are few; else the files nearest to the top, which show how the rest is laid out. */
function listed(paths: readonly string[]): readonly string[] {
  if (paths.length <= filesListed) return paths;
  const depth = (path: string) => path.split('/').length;
  const near = [...paths].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1)).slice(0, filesListed);
  return near.sort();
}
