import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hourWindowOf, readWindow, windowName } from '../../../src/domain/time-window.ts';

describe('a window of time', () => {
  it('reads an hour and a day, in UTC, its end not in it', () => {
    assert.deepEqual(readWindow('2026-03-01T10'), {
      start: '2026-03-01T10:00:00.000Z',
      end: '2026-03-01T11:00:00.000Z',
    });
    assert.deepEqual(readWindow('2026-12-31'), { start: '2026-12-31T00:00:00.000Z', end: '2027-01-01T00:00:00.000Z' });
  });

  it('reads nothing else', () => {
    for (const text of ['', '2026-02-30', '2026-03-01T24', '2026-13-01', '2026-03-01T10:00', 'yesterday', '2026-3-1']) {
      assert.equal(readWindow(text), null, text);
    }
  });

  it('of a moment begins at it or before, and ends after', () => {
    const anyMoment = fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(anyMoment, (moment) => {
        const at = moment.toISOString();
        const window = hourWindowOf(at);
        assert.ok(window.start <= at && at < window.end);
        assert.deepEqual(hourWindowOf(window.start), window);
        assert.deepEqual(readWindow(windowName(window)), window);
      }),
    );
  });
});
