import { readFile, stat } from 'node:fs/promises';
import { EngineError } from '../domain/engine-error.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { type ProviderExport, readExport } from '../ledger/reconcile/read-export.ts';
import { type Reconciliation, reconcile, type Tolerance } from '../ledger/reconcile/reconcile.ts';

const mostBytes = 64 * 1_048_576;

export interface FileReconciliation extends Reconciliation {
  readonly format: ProviderExport['format'];
  /** Days that the export covers, UTC; null where it lists nothing. */
  readonly days: { readonly from: string; readonly to: string } | null;
}

/**
 * Holds a provider's export against the calls kept here on the days it covers. Throws `import/unreadable` with the line
 * of what cannot be read.
 */
export async function reconcileFile(
  ledger: Pick<Ledger, 'usage'>,
  file: string,
  options: { readonly tolerance: Tolerance; readonly provider: string | null },
): Promise<FileReconciliation> {
  const read = readExport(await readText(file));
  if (!read.ok) {
    const { line, problem } = read.fault;
    throw new EngineError({ code: 'import/unreadable', problem, at: { file, line, column: null } });
  }
  const { format, usage } = read.value;
  const days = usage.map(({ day }) => day).sort();
  const [from, to] = [days[0], days.at(-1)];
  if (from === undefined || to === undefined) return { format, days: null, rows: [], matches: true };
  const own = ledger.usage({ fromDay: from, toDay: to, provider: options.provider });
  return { format, days: { from, to }, ...reconcile(own, usage, options.tolerance) };
}

async function readText(file: string): Promise<string> {
  const unreadable = (problem: string, cause?: unknown) =>
    new EngineError({ code: 'import/unreadable', problem, at: { file, line: null, column: null } }, cause);
  try {
    const status = await stat(file);
    if (!status.isFile()) throw unreadable('It is no file.');
    if (status.size > mostBytes) throw unreadable('It is larger than 64 MiB.');
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    if (error instanceof EngineError) throw error;
    if (error instanceof TypeError) throw unreadable('It is not a text in UTF-8.', error);
    throw unreadable(`It cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`, error);
  }
}
