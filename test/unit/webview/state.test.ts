import assert from 'node:assert/strict';
import { readState } from '../../../src/webview/trajectories/state.ts';

describe('What the page remembers', () => {
  it('begins anew where nothing was kept', () => {
    assert.equal(readState(undefined).view, 'runs');
    assert.equal(readState(undefined).runId, null);
  });

  it('takes what it kept', () => {
    const kept = { ...readState(null), runId: 'r', tab: 'patch', folded: [2] };
    assert.deepEqual(readState(structuredClone(kept)), kept);
  });

  it('begins anew with what another version kept', () => {
    assert.equal(readState({ ...readState(null), tab: 'nowhere' }).tab, 'timeline');
    assert.equal(readState({ ...readState(null), more: 1 }).tab, 'timeline');
    assert.equal(readState('x').tab, 'timeline');
  });
});
