import { createHash } from 'node:crypto';
import { operators } from './operators.ts';

/** One change to put before the panel: a seeded fault, or a clean change. */
export interface CalibrationCase {
  /** Stays the same for the same file, line and operator. */
  readonly id: string;
  readonly operator: string;
  readonly faulty: boolean;
  readonly file: string;
  /** 1-based line in the changed file. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

export interface CaseSource {
  /** Recently changed files with their texts. */
  readonly files: ReadonlyMap<string, string>;
  readonly isTest: (path: string) => boolean;
  readonly seed: number;
}

/** Longer files are left out: a case shows a reviewer the whole file. */
const longestFile = 60_000;

/**
 * Every case that the operators offer, in an order that the seed decides: each operator has its turn, so that the first
 * hundred are of many kinds.
 */
export function calibrationCases({ files, isTest, seed }: CaseSource): readonly CalibrationCase[] {
  const byOperator = new Map<string, CalibrationCase[]>();
  for (const [file, text] of files) {
    if (text.length > longestFile) continue;
    const lines = text.split('\n');
    for (const { name, faulty, files: wanted, inTests, mutate } of operators) {
      if (!wanted.test(file) || isTest(file) !== inTests) continue;
      for (const [at, line] of lines.entries()) {
        const changed = line.length > 400 ? null : mutate(line, lines[at + 1] ?? '');
        if (!changed) continue;
        const after = [...lines.slice(0, at), ...changed.lines, ...lines.slice(at + 1)].join('\n');
        const id = createHash('sha256').update(`${seed}\n${name}\n${file}\n${at}\n${text}`).digest('hex').slice(0, 16);
        const found = byOperator.get(name) ?? [];
        byOperator.set(name, [...found, { id, operator: name, faulty, file, line: at + 1, before: text, after }]);
      }
    }
  }
  const queues = [...byOperator.values()].map((cases) => cases.sort((a, b) => (a.id < b.id ? -1 : 1)));
  const longest = Math.max(0, ...queues.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) => queues.flatMap((queue) => queue[turn] ?? [])).flat();
}

/** So many faulty cases, and clean ones among them: one for every two faults. */
export function mixCases(cases: readonly CalibrationCase[], faults: number): readonly CalibrationCase[] {
  const faulty = cases.filter((each) => each.faulty).slice(0, faults);
  const clean = cases.filter((each) => !each.faulty).slice(0, Math.ceil(faults / 2));
  return [...faulty, ...clean].sort((a, b) => (a.id < b.id ? -1 : 1));
}
