import assert from 'node:assert/strict';
import type { EventDraft } from '../../../src/domain/event.ts';
import type { PhaseRecord, RunRecord } from '../../../src/domain/run.ts';
import type { KnownLanding } from '../../../src/domain/save-point.ts';
import { adoptLandings } from '../../../src/engine/adopt-landings.ts';
import type { LiveContext } from '../../../src/engine/context.ts';

const landing = { commit: 'c1', parent: 'c0', tree: 't1', branch: 'refs/heads/main' };
const cutOff = { id: 'one', staged: {}, landing: null, rolledBack: null, attempts: 1, spend: {} };

/** Types of the events that adopting tells, with `known` in the store and the commit on the branch. */
async function adopted(
  phase: object,
  known: readonly Partial<KnownLanding>[],
  options: { readonly isAnothers?: boolean } = {},
): Promise<readonly string[]> {
  const told: EventDraft[] = [];
  const run = { id: 'run', plan: { landsOn: landing.branch }, phases: [phase as PhaseRecord] } as unknown as RunRecord;
  const context = {
    emit: async (event: EventDraft) => void told.push(event),
    parts: {
      repository: { findLanding: async () => landing },
      store: { landings: () => known, run: () => run },
    },
    closesRun: !options.isAnothers,
  } as unknown as LiveContext;
  await adoptLandings(context, run);
  return told.map(({ type }) => type);
}

describe('adopting landings', () => {
  it('tells the store of a commit that it does not know', async () => {
    assert.deepEqual(await adopted(cutOff, []), ['phase-landed', 'phase-end']);
  });

  it('takes no commit that was rolled back for the landing of a phase that is built again', async () => {
    assert.deepEqual(await adopted(cutOff, [{ landing, rolledBack: 'c2' }]), []);
  });

  it('ends a phase whose process was killed between its landing and its end, and lands it no second time', async () => {
    const told = { ...cutOff, state: 'landed', landing, endedAt: null };
    assert.deepEqual(await adopted(told, [{ landing, rolledBack: null }]), ['phase-end']);
    assert.deepEqual(await adopted({ ...told, endedAt: '2026-03-01T10:00:00Z' }, [{ landing, rolledBack: null }]), []);
  });

  it('leaves alone what another process is at', async () => {
    assert.deepEqual(await adopted(cutOff, [], { isAnothers: true }), []);
  });

  it('asks about no phase that landed or staged nothing', async () => {
    assert.deepEqual(await adopted({ ...cutOff, landing }, []), []);
    assert.deepEqual(await adopted({ ...cutOff, staged: null }, []), []);
  });
});
