import { isDeepStrictEqual } from 'node:util';
import { parse, stringify } from 'yaml';
import { type Plan, type PlanFile, planFileSchema } from '../domain/spec.ts';
import { type Element, splicePlan, type TierElement } from './splice-plan.ts';
import { commented, formatPlan, lineWidth, withoutDefaults } from './write-plan.ts';

/** Remarks that an earlier planning left above a plan. */
const earlierRemarks = /^(?:# (?:Note|Question)(?: \([^)]*\))?: .*\n)+/;

export interface Rewriting {
  /** The file as it is. */
  readonly text: string;
  /** What it is read as, and the same with every phase read in. */
  readonly source: PlanFile;
  readonly read: Pick<Plan, 'tiers'>;
  /** What it is to say, with `continues`. Phases that are the very objects of `source` or `read` keep their text. */
  readonly plan: PlanFile;
  readonly remarks: readonly string[];
  readonly isJson: boolean;
}

/** A plan's file with other tiers in it: what stays keeps its place, its comments and its style wherever that can be. */
export function rewritePlan(rewriting: Rewriting): string {
  const { text, source, remarks, isJson } = rewriting;
  const plan = asWritten(rewriting);
  if (isJson) return `${JSON.stringify(parse(formatPlan(plan, [])), null, 2)}\n`;
  const key = ['continues', stringify(plan.continues).trim()] as const;
  const spliced = splicePlan(text.replace(earlierRemarks, ''), tiersOf(source, plan), key, lineWidth);
  const isRight = spliced !== null && saysThis(spliced, plan);
  return isRight ? commented(remarks) + spliced : formatPlan(plan, remarks);
}

/** The plan with every phase that stays as `source` has it: one that it names by its path is not written out. */
function asWritten({ source, read, plan }: Rewriting): PlanFile {
  const written = new Map(
    read.tiers.flatMap(({ phases }, at) =>
      phases.map((phase, index) => [phase as unknown, source.tiers[at]?.phases[index]] as const),
    ),
  );
  const tiers = plan.tiers.map((tier) => ({
    ...tier,
    phases: tier.phases.map((phase) => written.get(phase) ?? phase),
  }));
  return { ...plan, tiers };
}

/** Each tier and phase as a place in the file, or as a new value. */
function tiersOf(source: PlanFile, plan: PlanFile): readonly TierElement[] {
  return plan.tiers.map(({ id, title, budget, phases }) => {
    const at = source.tiers.findIndex((tier) => tier.id === id);
    if (at < 0) {
      const limits = Object.keys(budget).length > 0 ? { budget } : {};
      return { value: { id, ...(title ? { title } : {}), ...limits, phases: phases.map(writtenForm) } };
    }
    const elements = phases.map((phase): Element => {
      const place = source.tiers[at]?.phases.indexOf(phase) ?? -1;
      return place >= 0 ? { at: place } : { value: writtenForm(phase) };
    });
    return { at, phases: elements };
  });
}

function writtenForm(phase: PlanFile['tiers'][number]['phases'][number]): unknown {
  return typeof phase === 'string' ? phase : withoutDefaults(phase);
}

/** Whether the text is read as the plan. */
function saysThis(text: string, plan: PlanFile): boolean {
  try {
    const said = planFileSchema.safeParse(parse(text));
    return said.success && isDeepStrictEqual(comparable(said.data), comparable(plan));
  } catch {
    return false;
  }
}

/** Without keys that are there but undefined. */
function comparable(plan: PlanFile): unknown {
  return JSON.parse(JSON.stringify(plan));
}
