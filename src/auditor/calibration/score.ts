import type { Audit, Finding } from '../../domain/audit.ts';
import { type Calibration, rateOf } from '../../domain/calibration.ts';
import { sourceOf } from '../merge.ts';
import type { CalibrationCase } from './cases.ts';

/** What one case came to, as it is kept while a calibration is under way. */
export interface CaseResult {
  readonly id: string;
  readonly operator: string;
  readonly faulty: boolean;
  /** `COMPONENT` or `COMPONENT PROVIDER/MODEL` of everyone asked. */
  readonly asked: readonly string[];
  /** Of them, who reported a major at the fault; and who a major elsewhere, or on a clean change. */
  readonly found: readonly string[];
  readonly blamed: readonly string[];
}

/** A reviewer may name a line near the fault: what it quotes decides, the number helps. */
const nearLines = 5;

/** Deterministic auditors together, as one reviewer. */
export const scanSource = 'scan';

export function resultOf(seeded: CalibrationCase, { findings, panel }: Pick<Audit, 'findings' | 'panel'>): CaseResult {
  const { id, operator, faulty, file, line } = seeded;
  const majors = findings.filter(({ severity, category }) => severity === 'major' && category !== 'auditor-error');
  const isAtFault = (finding: Finding) =>
    faulty && finding.file === file && (finding.line === null || Math.abs(finding.line - line) <= nearLines);
  const sourcesOf = (some: readonly Finding[]) => [...new Set(some.flatMap(allSources))].sort();
  return {
    id,
    operator,
    faulty,
    asked: [
      scanSource,
      ...panel.filter(({ component, asked }) => component !== 'aggregator' && asked !== false).map(sourceOf),
    ],
    found: sourcesOf(majors.filter(isAtFault)),
    blamed: sourcesOf(majors.filter((finding) => !isAtFault(finding))),
  };
}

function allSources(finding: Finding): readonly string[] {
  const own = finding.model === null ? scanSource : sourceOf(finding);
  return [own, ...(finding.agreeing ?? []).map((source) => (source.startsWith('scan:') ? scanSource : source))];
}

/** What calls of one reviewer cost. */
export interface ReviewerCost {
  readonly micros: number;
  readonly label: string;
  readonly seconds: number;
}

export interface ScoreOptions {
  readonly at: string;
  readonly live: boolean;
  readonly costOf: (component: string, model: string) => ReviewerCost;
}

/** Recall, false alarms and precision of each reviewer on each model. */
export function scoreOf(results: readonly CaseResult[], { at, live, costOf }: ScoreOptions): readonly Calibration[] {
  const sources = [...new Set(results.flatMap(({ asked }) => asked))].sort();
  return sources.map((source) => {
    const asked = results.filter((result) => result.asked.includes(source));
    const faults = asked.filter(({ faulty }) => faulty);
    const clean = asked.filter(({ faulty }) => !faulty);
    const right = faults.filter(({ found }) => found.includes(source)).length;
    const wrong = asked.filter(({ blamed }) => blamed.includes(source)).length;
    const [component = source, model = ''] = source.split(' ');
    const { micros, label, seconds } = costOf(component, model);
    return {
      component,
      model,
      at,
      recall: rateOf(right, faults.length),
      falseAlarms: rateOf(clean.filter(({ blamed }) => blamed.includes(source)).length, clean.length),
      precision: right + wrong === 0 ? null : right / (right + wrong),
      costMicros: micros,
      costLabel: label,
      seconds,
      live: model === '' || live,
    };
  });
}
