import type { Fault } from '../domain/fault.ts';
import { graphFault } from '../domain/plan-graph.ts';
import type { PhaseSpec, Plan } from '../domain/spec.ts';
import type { Question } from './read-plan-reply.ts';

/** How globs of a scope are read: as the patch policy reads them. */
export type Matching = (globs: readonly string[]) => (path: string) => boolean;

export interface PlanBounds {
  /** Most tokens a run may use. */
  readonly tokens: number;
  /** Most that a run may cost, in US dollars. */
  readonly usd: number;
  readonly phases: number;
  /** Most that a tier may use and cost; absent where nothing caps it. */
  readonly tier: { readonly tokens?: number | undefined; readonly usd?: number | undefined };
}

export interface Examined {
  /** What keeps the plan from running at all; null for nothing. */
  readonly fault: Fault | null;
  /** What a person should know before running it, one sentence each. */
  readonly warnings: readonly string[];
  readonly questions: readonly Question[];
}

/** Files that are named in a warning. */
const filesNamed = 5;

/** Judges a plan by code alone. `paths` are the files of the commit that it is written against. */
export function examinePlan(
  plan: Plan,
  file: string,
  paths: readonly string[],
  bounds: PlanBounds,
  matching: Matching,
): Examined {
  const fault = graphFault(plan, file);
  if (fault) return { fault, warnings: [], questions: [] };
  const phases = plan.tiers.flatMap((tier) => tier.phases);
  return {
    fault: null,
    warnings: [
      ...overlaps(plan, paths, matching),
      ...overBudget('The phases', 'a run', phases, bounds, '`budget.tokens` or `budget.usd`'),
      ...plan.tiers.flatMap((tier) =>
        overBudget(`The phases of tier \`${tier.id}\``, 'a tier', tier.phases, bounds.tier, 'the cap of a tier'),
      ),
      ...(phases.length > bounds.phases
        ? [`The plan has ${phases.length} phases; a run may have ${bounds.phases}. Split it.`]
        : []),
      ...emptyScopes(phases, paths, matching),
    ],
    questions: phases.flatMap(unverifiable),
  };
}

/** What phases may use by their own caps, where that is more than what they may use together. */
function overBudget(
  who: string,
  where: string,
  phases: readonly PhaseSpec[],
  cap: { readonly tokens?: number | undefined; readonly usd?: number | undefined },
  remedy: string,
): readonly string[] {
  const sum = (unit: 'tokens' | 'usd') => phases.reduce((total, { budget }) => total + (budget[unit] ?? 0), 0);
  const [tokens, usd] = [sum('tokens'), sum('usd')];
  const told = (asked: string, most: string) =>
    `${who} may use ${asked} together; ${where} may use ${most}. It stops there: raise ${remedy}, or plan less.`;
  const count = (value: number) => `${value.toLocaleString('en-US')} tokens`;
  return [
    ...(cap.tokens !== undefined && tokens > cap.tokens ? [told(count(tokens), count(cap.tokens))] : []),
    ...(cap.usd !== undefined && usd > cap.usd ? [told(`$${usd.toFixed(2)}`, `$${cap.usd.toFixed(2)}`)] : []),
  ];
}

/** Phases of one tier that may run at once and whose scopes meet: the second to land has to be staged again. */
function overlaps(plan: Plan, paths: readonly string[], matching: Matching): readonly string[] {
  const before = ancestors(plan);
  return plan.tiers.flatMap(({ phases }) => {
    const scoped = phases.map((phase) => ({ id: phase.id, files: scopeFiles(phase, paths, matching) }));
    return scoped.flatMap((first, index) =>
      scoped.slice(index + 1).flatMap((second) => {
        if (before.get(first.id)?.has(second.id) || before.get(second.id)?.has(first.id)) return [];
        const shared = [...first.files].filter((path) => second.files.has(path));
        return shared.length === 0 ? [] : [overlapWarning(first.id, second.id, shared)];
      }),
    );
  });
}

function overlapWarning(first: string, second: string, shared: readonly string[]): string {
  const named = shared.slice(0, filesNamed).map((path) => `\`${path}\``);
  const more = shared.length > filesNamed ? ` and ${shared.length - filesNamed} more` : '';
  return `\`${first}\` and \`${second}\` may run at once and may both change ${named.join(', ')}${more}. Let one depend on the other, or narrow their scopes.`;
}

function scopeFiles({ scope }: PhaseSpec, paths: readonly string[], matching: Matching): ReadonlySet<string> {
  const included = matching(scope.include);
  const excluded = matching(scope.exclude);
  return new Set(paths.filter((path) => included(path) && !excluded(path)));
}

/** Everything each phase waits for, near and far. The graph has no cycle. */
function ancestors(plan: Plan): ReadonlyMap<string, ReadonlySet<string>> {
  const phases = new Map(plan.tiers.flatMap((tier) => tier.phases).map((phase) => [phase.id, phase]));
  const known = new Map<string, ReadonlySet<string>>();
  const of = (id: string): ReadonlySet<string> => {
    const done = known.get(id);
    if (done) return done;
    const direct = phases.get(id)?.dependsOn ?? [];
    const all = new Set([...direct, ...direct.flatMap((dependency) => [...of(dependency)])]);
    known.set(id, all);
    return all;
  };
  for (const id of phases.keys()) of(id);
  return known;
}

/** A glob that matches nothing is fine for a new file; a folder that is not there is more likely a slip. */
function emptyScopes(phases: readonly PhaseSpec[], paths: readonly string[], matching: Matching): readonly string[] {
  return phases.flatMap(({ id, scope }) => {
    const missing = scope.context.filter((glob) => !paths.some(matching([glob])));
    return missing.map((glob) => `\`${id}\` is to read \`${glob}\`, which matches no file.`);
  });
}

/** Words that no command and no reviewer can decide. */
const vague =
  /\b(?:appropriate(?:ly)?|good|nice(?:ly)?|clean(?:ly)?|proper(?:ly)?|robust(?:ly)?|user[- ]friendly|as needed|etc\.?|better|fast|performant|intuitive(?:ly)?)\b/i;

function unverifiable(phase: PhaseSpec): readonly Question[] {
  if (phase.acceptance.length === 0) {
    return [{ phase: phase.id, question: 'It has no acceptance criterion. How is one to tell that it worked?' }];
  }
  const untold = phase.acceptance.filter((criterion) => vague.test(criterion) && !/\d/.test(criterion));
  return [
    ...untold.map((criterion) => ({
      phase: phase.id,
      question: `"${criterion}" can be read either way. By what figure, command or behaviour is one to tell?`,
    })),
    ...(phase.verify.length === 0
      ? [{ phase: phase.id, question: 'No command checks it. Which one would fail if it were not done?' }]
      : []),
  ];
}
