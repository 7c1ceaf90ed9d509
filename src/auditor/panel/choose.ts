import type { BuiltInReviewer } from '../../domain/audit.ts';
import type { ReviewerFile } from '../../domain/reviewer-file.ts';
import { type RiskLevel, riskLevels } from '../../domain/risk.ts';
import { builtIn } from './registry.ts';
import type { Reviewer } from './reviewer.ts';

/** From which risk on a reviewer is asked, and for which kinds of work whatever the risk. */
interface Occasion {
  readonly risk: RiskLevel;
  readonly categories: readonly string[];
}

/**
 * Who is asked when nobody is named. The risk is that of the change or, where it is higher, that of its kind of work:
 *
 * | reviewer      | low | medium | high, critical | and for work of the kind                                 |
 * |---------------|-----|--------|----------------|----------------------------------------------------------|
 * | correctness   | yes | yes    | two models     |                                                          |
 * | security      |     | yes    | yes            | security-auth-change, external-*                         |
 * | spec          |     | yes    | yes            | where the phase has criteria                             |
 * | tests         |     |        | yes            | tests                                                    |
 * | compatibility |     |        | yes            | schema-change, registry-change, cross-cutting-refactor   |
 */
const occasions: Readonly<Record<BuiltInReviewer, Occasion>> = {
  correctness: { risk: 'low', categories: [] },
  security: {
    risk: 'medium',
    categories: ['security-auth-change', 'external-feature-reuse', 'external-code-intake'],
  },
  spec: { risk: 'medium', categories: [] },
  tests: { risk: 'high', categories: ['tests'] },
  compatibility: { risk: 'high', categories: ['schema-change', 'registry-change', 'cross-cutting-refactor'] },
};

export interface PanelQuestion {
  /** Named by the spec, the command line or the configuration; null leaves it to the table. */
  readonly named: readonly string[] | null;
  readonly category: string;
  readonly risk: RiskLevel;
  /** Paths that the change touches. */
  readonly files: readonly string[];
  /** Model ids to ask, the first for everything; all different, never empty. */
  readonly models: readonly string[];
  /** Of these the Builder's, or null: its opinion of its own work is welcome and not required. */
  readonly builder: string | null;
  readonly custom: readonly { readonly file: ReviewerFile; readonly reviewer: Reviewer }[];
  readonly matching: (globs: readonly string[]) => (path: string) => boolean;
}

/** One reviewer on one model. */
export interface Seat {
  readonly reviewer: Reviewer;
  readonly model: string;
  /** Its failure blocks. */
  readonly required: boolean;
}

export interface Panel {
  readonly seats: readonly Seat[];
  /** Named, but nowhere to be found: each fails closed. */
  readonly unknown: readonly string[];
}

/** Who looks at a change, on which model. What is named, or asked for high risk, must answer. */
export function choosePanel(question: PanelQuestion): Panel {
  const { named, models, risk, custom } = question;
  const [first, second] = models as readonly [string, ...string[]];
  const isHigh = reaches(risk, 'high');
  const known = new Map<string, Reviewer>([
    ...custom.map(({ reviewer }) => [reviewer.name, reviewer] as const),
    // Last, so that no workspace takes the place of one of these.
    ...Object.values(builtIn).map((reviewer) => [reviewer.name, reviewer] as const),
  ]);
  const names = [...new Set(named ?? askedByTable(question))];
  const seats = names.flatMap((name): readonly Seat[] => {
    const reviewer = known.get(name);
    if (!reviewer) return [];
    const required = named !== null || isHigh || name === 'correctness' || isRequired(name, question);
    return [{ reviewer, model: first, required }];
  });
  const [leading] = seats;
  const secondOpinion =
    isHigh && leading && second ? [{ ...leading, model: second, required: second !== question.builder }] : [];
  return { seats: [...seats, ...secondOpinion], unknown: names.filter((name) => !known.has(name)) };
}

function reaches(risk: RiskLevel, floor: RiskLevel): boolean {
  return riskLevels.indexOf(risk) >= riskLevels.indexOf(floor);
}

function askedByTable(question: PanelQuestion): readonly string[] {
  const { category, risk } = question;
  const own = Object.entries(occasions)
    .filter(([, occasion]) => reaches(risk, occasion.risk) || occasion.categories.includes(category))
    .map(([name]) => name);
  return [...own, ...question.custom.filter(({ file }) => isAskedFor(file, question)).map(({ file }) => file.name)];
}

/** A reviewer of the workspace without an occasion waits to be named. */
function isAskedFor({ when }: ReviewerFile, { category, risk, files, matching }: PanelQuestion): boolean {
  if (!when.risk && !when.categories && !when.files) return false;
  if (when.risk && !reaches(risk, when.risk)) return false;
  if (when.categories && !when.categories.includes(category)) return false;
  return !when.files || files.some(matching(when.files));
}

function isRequired(name: string, { custom, category }: PanelQuestion): boolean {
  const own = custom.find(({ file }) => file.name === name);
  if (own) return own.file.required;
  return occasions[name as BuiltInReviewer].categories.includes(category);
}
