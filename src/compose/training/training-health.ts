/** How the store, the disk and the models' servers are: what training rests on. */
import { statfs } from 'node:fs/promises';
import type { Workspace } from '../../compose.ts';
import { diskUse } from '../../git/remove-tree.ts';

export interface TrainingHealth {
  readonly storeBytes: number;
  /** False where it was found damaged on opening. */
  readonly storeWhole: boolean;
  /** On the disk that the store lies on; null where that is not known. */
  readonly freeBytes: number | null;
  /** How the calls of the last 24 hours went, by provider. */
  readonly endpoints: readonly {
    readonly provider: string;
    readonly calls: number;
    readonly failed: number;
    /** The middle one of those that were answered; null where none was. */
    readonly medianSeconds: number | null;
  }[];
}

const dayMs = 86_400_000;

export async function trainingHealth(
  { ledger, repository }: Pick<Workspace, 'ledger' | 'repository'>,
  now: Date,
): Promise<TrainingHealth> {
  const { stateDirectory } = repository;
  const disk = await statfs(stateDirectory).catch(() => null);
  return {
    storeBytes: await diskUse(stateDirectory),
    storeWhole: ledger.notices.every(({ code }) => code !== 'store/damaged'),
    freeBytes: disk && disk.bavail * disk.bsize,
    endpoints: endpointsOf(ledger, new Date(now.getTime() - dayMs).toISOString()),
  };
}

function endpointsOf(ledger: Workspace['ledger'], since: string): TrainingHealth['endpoints'] {
  const calls = ledger.calls({ since, texts: false });
  const providers = [...new Set(calls.map(({ model }) => model.slice(0, model.indexOf('/'))))].sort();
  return providers.map((provider) => {
    const own = calls.filter(({ model, seconds }) => model.startsWith(`${provider}/`) && seconds !== null);
    const answered = own.filter(({ fault }) => fault === null).map(({ seconds }) => seconds ?? 0);
    answered.sort((a, b) => a - b);
    return {
      provider,
      calls: own.length,
      // What a person or a cap cut off says nothing of the server.
      failed: own.filter(
        ({ fault }) => fault !== null && fault.code !== 'interrupted' && !fault.code.startsWith('budget/'),
      ).length,
      medianSeconds: answered[Math.floor(answered.length / 2)] ?? null,
    };
  });
}
