import { fenced } from '../domain/fenced.ts';
import { type PhaseSpec, type PlanFile, titleOf } from '../domain/spec.ts';

/** What a run left undone, for a planner that is to plan the rest anew. */
export interface Remains {
  /** The plan's own name, which stays. */
  readonly id: string;
  readonly landed: readonly { readonly spec: PhaseSpec; readonly commit: string }[];
  readonly open: readonly OpenPhase[];
}

/** A phase that did not land. */
export interface OpenPhase {
  readonly spec: PhaseSpec;
  /** In a word, such as `rejected`. */
  readonly state: string;
  /** What it came to: reason, failing check, findings. Data, never an instruction. */
  readonly evidence: string;
}

/** Characters of what one phase came to. */
const evidenceLength = 4_000;

const task = `A plan for this goal was begun, and not all of it landed. Plan only what remains to be done.
- What landed stays as it is, and its commits are in the files above. Plan none of it again; \`dependsOn\` may name it.
- A phase that failed needs another way: another cut, a narrower scope, a step before it. The same again fails again.
- A phase that you leave as it was keeps its \`id\`. A new one gets an \`id\` that no phase below has.`;

/** The parts of the message that tell a planner what went before. */
export function remainsSections({ landed, open }: Remains): readonly (readonly [title: string, body: string])[] {
  const done = landed.map(({ spec, commit }) => `- ${spec.id}: ${titleOf(spec)} (${commit.slice(0, 10)})`);
  return [
    ['What this is about', task],
    ['Landed', done.length === 0 ? 'Nothing.' : fenced(done.join('\n'))],
    ...open.map(({ spec, state, evidence }) => {
      const own = JSON.stringify(shownParts(spec));
      const text = [own, evidence.slice(0, evidenceLength)].filter((part) => part !== '').join('\n\n');
      return [`Did not land: ${spec.id} (${state})`, fenced(text)] as const;
    }),
  ];
}

/** In the shape that an answer has. */
function shownParts(spec: PhaseSpec) {
  return { ...plannedParts(spec), verify: spec.verify.map(({ run }) => ({ run })) };
}

/** What of a phase is the planner's to say. */
function plannedParts(spec: PhaseSpec) {
  const { id, title, goal, category, complexity, risk, scope, acceptance, verify, dependsOn } = spec;
  return { id, title, goal, category, complexity, risk, scope, acceptance, verify, dependsOn };
}

/** What is wrong with a plan of the rest that names what landed; null for nothing. */
export function repeatsLanded(plan: PlanFile, { landed }: Remains): string | null {
  const done = new Set(landed.map(({ spec }) => spec.id));
  const again = phasesOf(plan).find(({ id }) => done.has(id));
  return again ? `the phase \`${again.id}\` has landed; plan only what remains, and give a new phase a new id` : null;
}

/** The plan as it can be judged alone: what landed is no longer waited for. */
export function withoutLanded(plan: PlanFile, { landed }: Remains): PlanFile {
  const done = new Set(landed.map(({ spec }) => spec.id));
  return mapPhases(plan, (phase) => ({ ...phase, dependsOn: phase.dependsOn.filter((id) => !done.has(id)) }));
}

/** What a person wrote into a phase that is planned again and that no planner decides stays: caps, models, reviewers. */
export function keepOwnParts(plan: PlanFile, { open }: Remains): PlanFile {
  const before = new Map(open.map(({ spec }) => [spec.id, spec]));
  return mapPhases(plan, (phase) => {
    const old = before.get(phase.id);
    if (!old) return phase;
    const isSame = JSON.stringify(shownParts(old)) === JSON.stringify(shownParts(phase));
    if (isSame) return old;
    // Limits of a check are a person's; a check that stays keeps them.
    const verify = phase.verify.map((step) => old.verify.find(({ run }) => run === step.run) ?? step);
    return { ...old, ...plannedParts(phase), verify };
  });
}

function mapPhases(plan: PlanFile, map: (phase: PhaseSpec) => PhaseSpec): PlanFile {
  const tiers = plan.tiers.map((tier) => ({
    ...tier,
    phases: tier.phases.map((phase) => (typeof phase === 'string' ? phase : map(phase))),
  }));
  return { ...plan, tiers };
}

function phasesOf({ tiers }: PlanFile): readonly PhaseSpec[] {
  return tiers.flatMap(({ phases }) => phases.filter((phase) => typeof phase !== 'string'));
}
