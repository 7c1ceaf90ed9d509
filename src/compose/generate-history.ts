import { type GenerateOptions, generateRuns } from '../ledger/generate.ts';
import type { Ledger } from '../ledger/open-ledger.ts';

export interface Generated {
  readonly runs: number;
  readonly calls: number;
}

/** True where the ledger holds a run that was not made up. */
export function hasRealRuns(ledger: Pick<Ledger, 'runs'>): boolean {
  return ledger.runs({ limit: 200 }).some(({ id }) => !id.startsWith('generated-'));
}

/** Keeps made-up runs, one at a time. They count at no cap. */
export function generateHistory(
  ledger: Pick<Ledger, 'importRun'>,
  options: GenerateOptions,
  onProgress: (generated: Generated) => void,
): Generated {
  let [runs, calls] = [0, 0];
  for (const run of generateRuns(options)) {
    ledger.importRun(run);
    runs += 1;
    calls += run.calls.length;
    if (runs % 1000 === 0) onProgress({ runs, calls });
  }
  return { runs, calls };
}
