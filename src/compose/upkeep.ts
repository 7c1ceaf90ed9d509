import type { Config } from '../domain/config.ts';
import { faultOf } from '../domain/engine-error.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import type { LedgerReader } from '../ledger/reader.ts';

const dayMs = 86_400_000;
const bytesOfGigabyte = 1_000_000_000;

/**
 * Once a day takes prompts and replies out that are older, or more, than the configuration keeps. Works in the reader's
 * thread and is waited for by nobody: a process that ends meanwhile leaves the rest to the next one. What goes wrong is
 * handed to `onError`; the next day tries again.
 */
export async function keepWithinBounds(
  ledger: Ledger,
  reader: Pick<LedgerReader, 'prune'>,
  { days, gigabytes }: Config['ledger']['keep'],
  now: Date,
  onError: (error: unknown) => void,
): Promise<void> {
  if (ledger.newer || !ledger.isUpkeepDue(dayMs)) return;
  try {
    const before = new Date(now.getTime() - days * dayMs).toISOString();
    await reader.prune({ before, mostBytes: Math.round(gigabytes * bytesOfGigabyte) });
  } catch (error) {
    // The workspace was closed before it was done.
    if (faultOf(error).code !== 'interrupted') onError(error);
  }
}
