import assert from 'node:assert/strict';
import {
  mayFollow,
  phaseTransitions,
  runTransitions,
  statesBefore,
  tierTransitions,
} from '../../../src/domain/state-machine.ts';

const tables: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  phase: phaseTransitions,
  run: runTransitions,
  tier: tierTransitions,
};
const firsts: Readonly<Record<string, string>> = { phase: 'queued', run: 'planning', tier: 'pending' };

describe('state machines', () => {
  for (const [name, table] of Object.entries(tables)) {
    it(`of a ${name} reaches every state from the first one, and the first one never again`, () => {
      const first = firsts[name] as string;
      const reached = new Set([first]);
      for (let size = 0; size !== reached.size; ) {
        size = reached.size;
        for (const state of [...reached]) for (const next of table[state] ?? []) reached.add(next);
      }
      assert.deepEqual([...reached].toSorted(), Object.keys(table).toSorted());
      assert.deepEqual(statesBefore(table, first), []);
    });

    it(`of a ${name} has no state that nothing may follow: what ended can be taken up again`, () => {
      for (const [state, next] of Object.entries(table)) assert.ok(next.length > 0, state);
    });
  }

  it('land nothing twice over, and end no landed phase otherwise', () => {
    for (const state of ['cancelled', 'rejected', 'stuck', 'failed', 'awaiting-review', 'checking'] as const) {
      assert.ok(!mayFollow(phaseTransitions, 'landed', state), state);
    }
  });

  it('ask no panel before the checks', () => {
    assert.deepEqual(statesBefore(phaseTransitions, 'auditing'), ['checking']);
  });

  it('pause only what runs', () => {
    assert.deepEqual(statesBefore(runTransitions, 'paused').toSorted(), ['paused', 'running']);
  });
});
