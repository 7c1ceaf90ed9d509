import assert from 'node:assert/strict';
import { clock, compact, duration, plural } from '../../../src/webview/format.ts';

describe('Figures in words', () => {
  it('shortens counts with a space before the unit', () => {
    assert.deepEqual([912, 1000, 31_440, 1_250_000].map(compact), ['912', '1 k', '31.4 k', '1.3 m']);
  });

  it('tells how long something took', () => {
    assert.deepEqual([10, 340, 9900, 59_400, 120_000, 688_000, 3_600_000, 5_400_000].map(duration), [
      '< 0.1 s',
      '0.3 s',
      '9.9 s',
      '59 s',
      '2 min',
      '11 min 28 s',
      '1 h',
      '1 h 30 min',
    ]);
  });

  it('writes times of an axis', () => {
    assert.deepEqual([0, 90_000, 3_725_000].map(clock), ['0:00', '1:30', '1:02:05']);
  });

  it('has a word for one', () => {
    assert.deepEqual(
      [plural(1, '{0} run', '{0} runs'), plural(10_032, '{0} run', '{0} runs')],
      ['1 run', '10,032 runs'],
    );
  });
});
