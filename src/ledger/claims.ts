import type { Fault } from '../domain/fault.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Connection } from './connection.ts';
import { describeOwner, type Liveness } from './owner.ts';

export interface ClaimOptions {
  readonly connection: Connection;
  /** This opening of the ledger, as `formatOwner` writes it. */
  readonly owner: string;
  readonly liveness: (owner: string) => Liveness;
}

/**
 * Makes this opening the one that goes on with a run: one writer at a time, whichever process asks first. A run of a
 * dead process is free; `evenUnknown` takes one from a process that cannot be asked whether it lives.
 */
export function claimRun(
  { connection, owner, liveness }: ClaimOptions,
  runId: string,
  evenUnknown: boolean,
): Result<void> {
  return connection.transaction(() => {
    const holder = ownerOf(connection, runId);
    if (holder !== null && holder !== owner) {
      const state = liveness(holder);
      if (state === 'alive' || (state === 'unknown' && !evenUnknown)) return fail(held(runId, holder, state));
    }
    connection.run('UPDATE runs SET owner = :owner WHERE id = :runId', { owner, runId });
    return ok(undefined);
  });
}

/** Gives back a run that this opening claimed; one of another is left alone. */
export function releaseRun({ connection, owner }: Omit<ClaimOptions, 'liveness'>, runId: string): void {
  connection.run('UPDATE runs SET owner = NULL WHERE id = :runId AND owner = :owner', { runId, owner });
}

function ownerOf(connection: Connection, runId: string): string | null {
  const row = connection.get('SELECT owner FROM runs WHERE id = :runId', { runId });
  return row?.owner == null ? null : String(row.owner);
}

function held(run: string, owner: string, state: 'alive' | 'unknown'): Fault {
  return { code: 'run/held', run, holder: describeOwner(owner), canBeAsked: state === 'alive' };
}
