import assert from 'node:assert/strict';
import fc from 'fast-check';
import { timeScaleOf } from '../../../src/webview/trajectories/time-scale.ts';

const minute = 60_000;
const span = (startMs: number, endMs: number | null, idle = false) => ({ startMs, endMs, idle });

describe('The scale of a timeline', () => {
  it('lays work on a straight line', () => {
    const scale = timeScaleOf([span(0, minute), span(minute, 4 * minute)], 0);
    assert.equal(scale.at(0), 0);
    assert.equal(scale.at(minute), 0.25);
    assert.equal(scale.at(4 * minute), 1);
    assert.deepEqual(scale.breaks, []);
  });

  it('cuts a long time in which nothing happened, and says how long it was', () => {
    const day = 24 * 60 * minute;
    const scale = timeScaleOf([span(0, minute), span(minute + day, 2 * minute + day)], 0);
    assert.equal(scale.breaks.length, 1);
    assert.equal(scale.breaks[0]?.ms, day);
    assert.ok(scale.at(minute) > 0.45 && scale.at(minute) < 0.5, String(scale.at(minute)));
    assert.equal(scale.at(2 * minute + day), 1);
  });

  it('counts a wait for a person as such a time', () => {
    const scale = timeScaleOf([span(0, minute), span(minute, 600 * minute, true), span(600 * minute, 601 * minute)], 0);
    assert.equal(scale.breaks.length, 1);
  });

  it('keeps a short pause as it is', () => {
    assert.deepEqual(timeScaleOf([span(0, minute), span(1.2 * minute, 2 * minute)], 0).breaks, []);
  });

  it('goes up to now for what still runs', () => {
    const scale = timeScaleOf([span(0, null)], 10 * minute);
    assert.equal(scale.at(5 * minute), 0.5);
    assert.equal(scale.at(10 * minute), 1);
  });

  it('begins its marks at zero, each a round time', () => {
    const { ticks } = timeScaleOf([span(5000, 5000 + 12 * minute)], 0);
    assert.deepEqual(
      ticks.map(({ ms }) => ms / minute),
      [0, 2, 4, 6, 8, 10, 12],
    );
  });

  it('stands on its feet without any span', () => {
    const scale = timeScaleOf([], 42);
    assert.equal(scale.at(42), 0);
    assert.ok(Number.isFinite(scale.at(9_999_999)));
  });

  it('keeps every order, and stays between 0 and 1', () => {
    const spans = fc.array(fc.record({ startMs: fc.nat(1e9), length: fc.nat(1e7), idle: fc.boolean() }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(spans, (drawn) => {
        const all = drawn.map(({ startMs, length, idle }) => span(startMs, startMs + length, idle));
        const scale = timeScaleOf(all, 0);
        const times = all.flatMap(({ startMs, endMs }) => [startMs, endMs ?? 0]).sort((a, b) => a - b);
        const places = times.map((ms) => scale.at(ms));
        assert.ok(places.every((place) => place >= 0 && place <= 1 + 1e-9));
        assert.ok(places.every((place, index) => place >= (places[index - 1] ?? 0) - 1e-9));
      }),
    );
  });
});
