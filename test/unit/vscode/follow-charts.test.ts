import assert from 'node:assert/strict';
import { setImmediate as soon } from 'node:timers/promises';
import type { ChartsView } from '../../../src/contract/trajectories-charts.ts';
import { noFilters } from '../../../src/contract/trajectories-list.ts';
import { ChartFollower } from '../../../src/vscode/trajectories/follow-charts.ts';

const viewOf = (read: number, matching: number): ChartsView => ({
  read,
  matching,
  spent: { text: '$0.00', label: 'billed', spoken: 'billed' },
  charts: [],
});

interface Reading {
  readonly signal: AbortSignal;
  readonly tell: (view: ChartsView) => void;
  readonly end: () => void;
  readonly fail: (error: Error) => void;
}

function setUp() {
  const readings: Reading[] = [];
  const told: (readonly [question: number, read: number])[] = [];
  const faults: unknown[] = [];
  const rests: { readonly ms: number; end: (() => void) | null }[] = [];
  const follower = new ChartFollower({
    read: (_, signal, tell) => new Promise((end, fail) => readings.push({ signal, tell, end, fail })),
    tell: (question, view) => told.push([question, view.read]),
    onFault: (error) => faults.push(error),
    later(action, ms) {
      const rest = { ms, end: action as (() => void) | null };
      rests.push(rest);
      return () => {
        rest.end = null;
      };
    },
  });
  const last = () => readings.at(-1) as Reading;
  const finish = async (...views: readonly ChartsView[]) => {
    for (const view of views) last().tell(view);
    last().end();
    await soon();
  };
  const endRest = async () => {
    rests.at(-1)?.end?.();
    await soon();
  };
  return { follower, readings, told, faults, rests, finish, endRest, last };
}

describe('charts that are followed', () => {
  async function opened(runs = 3) {
    const bench = setUp();
    const open = bench.follower.open(1, noFilters);
    await bench.finish(viewOf(runs, runs));
    await open;
    return bench;
  }

  it('tell how the first reading gets on', async () => {
    const bench = setUp();
    const open = bench.follower.open(7, noFilters);
    await bench.finish(viewOf(100, 200), viewOf(200, 200));
    await open;
    assert.deepEqual(bench.told, [
      [7, 100],
      [7, 200],
    ]);
  });

  it('are read again only once a rest after the last reading is over, and once for all that changed', async () => {
    const { follower, readings, rests, endRest } = await opened();
    for (let times = 0; times < 5; times += 1) follower.changed(false);
    assert.equal(readings.length, 1);
    assert.equal(rests.at(-1)?.ms, 10_000);
    await endRest();
    assert.equal(readings.length, 2);
  });

  it('are read again at once where the rest was over before something changed', async () => {
    const { follower, readings, endRest } = await opened();
    await endRest();
    assert.equal(readings.length, 1);
    follower.changed(false);
    assert.equal(readings.length, 2);
  });

  it('are read once more, after a rest, for what changed during a reading', async () => {
    const { follower, readings, finish, endRest } = await opened();
    await endRest();
    follower.changed(false);
    follower.changed(false);
    await finish(viewOf(4, 4));
    assert.equal(readings.length, 2);
    await endRest();
    assert.equal(readings.length, 3);
    await finish(viewOf(4, 4));
    await endRest();
    assert.equal(readings.length, 3);
  });

  it('are told whole and only where they differ, when read again', async () => {
    const { follower, told, finish, endRest } = await opened();
    follower.changed(false);
    await endRest();
    await finish(viewOf(2, 4), viewOf(4, 4));
    assert.deepEqual(told, [
      [1, 3],
      [1, 4],
    ]);
    follower.changed(false);
    await endRest();
    await finish(viewOf(2, 4), viewOf(4, 4));
    assert.equal(told.length, 2);
  });

  it('wait for the end of a run where the history is long', async () => {
    const { follower, readings, endRest } = await opened(3_001);
    await endRest();
    follower.changed(false);
    assert.equal(readings.length, 1);
    follower.changed(true);
    assert.equal(readings.length, 2);
  });

  it('are not read while no page shows them, and what is under way is told to nobody', async () => {
    const { follower, readings, told, rests, endRest, finish, last } = await opened();
    follower.changed(false);
    await endRest();
    follower.close();
    assert.equal(last().signal.aborted, true);
    await finish(viewOf(9, 9));
    follower.changed(true);
    assert.deepEqual([readings.length, told.length], [2, 1]);
    assert.ok(rests.every(({ end }, at) => at === 0 || end === null));
  });

  it('forget the question before', async () => {
    const { follower, readings, told, finish } = await opened();
    const first = follower.open(2, noFilters);
    const second = follower.open(3, noFilters);
    const [, old] = readings;
    assert.equal(old?.signal.aborted, true);
    old?.tell(viewOf(5, 5));
    old?.end();
    await finish(viewOf(3, 3));
    await Promise.all([first, second]);
    assert.deepEqual(told, [
      [1, 3],
      [3, 3],
    ]);
  });

  it('stay as they are where they cannot be read again, and are tried again at the next change', async () => {
    const { follower, readings, told, faults, endRest, last } = await opened();
    follower.changed(false);
    await endRest();
    last().fail(new Error('busy'));
    await soon();
    assert.deepEqual([faults.length, told.length], [1, 1]);
    await endRest();
    assert.equal(readings.length, 2);
    follower.changed(false);
    assert.equal(readings.length, 3);
  });

  it('say what the first reading fails with', async () => {
    const { follower, last } = setUp();
    const open = follower.open(1, noFilters);
    last().fail(new Error('busy'));
    await assert.rejects(open, /busy/);
  });
});
