import { join } from 'node:path';
import { openBlobStore } from './blobs.ts';
import { openConnection } from './connection.ts';
import { type Pruned, prune, type Retention } from './maintain.ts';
import { livenessOf } from './owner.ts';
import { type LedgerReads, readsOf } from './reads.ts';
import { textsOf } from './texts.ts';
import { sharedUsesIn } from './user-accounts.ts';

/** Where a reader finds what it reads. */
export interface ReaderPlace {
  readonly stateDirectory: string;
  /** Null where the user's spending over all folders is not known. */
  readonly userStateDirectory: string | null;
  readonly busyTimeoutMs?: number;
}

const defaultBusyTimeoutMs = 10_000;

export interface ReaderRequest {
  readonly id: number;
  readonly name: keyof LedgerReads | 'prune';
  readonly parameters: readonly unknown[];
}

/** Answers what a reader is asked, in the thread that calls it. */
export interface DirectReader {
  answer(request: ReaderRequest): unknown;
  close(): void;
}

/** Opens its connections when it is first asked. The ledger must have been opened before: nothing is examined here. */
export function directReader(place: ReaderPlace): DirectReader {
  const { stateDirectory, userStateDirectory, busyTimeoutMs = defaultBusyTimeoutMs } = place;
  const file = join(stateDirectory, 'ledger.sqlite');
  const blobs = openBlobStore(join(stateDirectory, 'blobs'));
  const shared = userStateDirectory === null ? null : sharedUsesIn(userStateDirectory, busyTimeoutMs);
  let opened: { readonly reads: LedgerReads; close(): void } | null = null;

  const open = () => {
    const connection = openConnection(file, { synchronous: 'NORMAL', readOnly: true, busyTimeoutMs });
    const source = { connection, texts: textsOf(connection, blobs) };
    const sharedUses = (day: string) => shared?.uses(day) ?? null;
    const reads = readsOf({ source, now: Date.now, liveness: livenessOf, sharedUses, guard: (work) => work() });
    return { reads, close: () => connection.close() };
  };
  const pruneNow = (retention: Retention): Pruned => {
    const connection = openConnection(file, { synchronous: 'NORMAL', readOnly: false, busyTimeoutMs });
    try {
      return prune(connection, blobs, retention, Date.now());
    } finally {
      connection.close();
    }
  };
  return {
    answer({ name, parameters }) {
      if (name === 'prune') return pruneNow(parameters[0] as Retention);
      opened ??= open();
      const read = opened.reads[name] as (...parameters: readonly unknown[]) => unknown;
      return read(...parameters);
    },
    close() {
      opened?.close();
      shared?.close();
      opened = null;
    },
  };
}
