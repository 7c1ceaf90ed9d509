import assert from 'node:assert/strict';
import { placedFailures } from '../../../src/compose/check-head.ts';

const files = new Set(['src/greeting.ts', 'test/greeting.test.ts', 'greeting.ts']);

const places = (output: string) => placedFailures(output, files).map(({ file, line }) => `${file}:${line}`);

describe('Places that a failing check names', () => {
  it('are told of a compiler and of tests, as they name files', () => {
    assert.deepEqual(places('src/greeting.ts(3,7): error TS2322: No.\n'), ['src/greeting.ts:3']);
    const output = [
      '✖ failing tests:',
      '',
      'test at test/greeting.test.ts:12:1',
      '✖ greets (1.2ms)',
      '  AssertionError [ERR_ASSERTION]: no',
      '',
    ];
    assert.deepEqual(places(output.join('\n')), ['test/greeting.test.ts:12']);
  });

  it('are those of the repository, wherever the check had its worktree', () => {
    assert.deepEqual(places('/cache/work/7/src/greeting.ts(3,7): error TS2322: No.\n'), ['src/greeting.ts:3']);
    assert.deepEqual(places('./src/../src/greeting.ts(4,1): error TS1: No.\n'), ['src/greeting.ts:4']);
  });

  it('are none where the file is not in the repository, or nothing is said to fail', () => {
    for (const output of ['', 'all good\n', 'lib/other.ts(3,7): error TS2322: No.\n', 'src/greeting.ts:3:7\n'])
      assert.deepEqual(places(output), [], output);
  });

  it('have the failure’s own words', () => {
    const [failure] = placedFailures('src/greeting.ts(3,7): error TS2322: No.\n', files);
    assert.match(failure?.name ?? '', /TS2322: No\./);
  });
});
