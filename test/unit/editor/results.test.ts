import assert from 'node:assert/strict';
import { judge } from '../../editor/results.ts';

const results = (passed: number, failed: number) => JSON.stringify({ passed, failed });

describe('judge', () => {
  it('is green when the editor ended with 0 and every test passed', () => {
    assert.deepEqual(judge(0, results(3, 0)), { passed: 3, failed: 0, problems: [] });
  });

  const red: [string, number | null, string | null, RegExp][] = [
    ['a test failed', 1, results(2, 1), /^1 test failed\.$/],
    ['a test failed though the editor ended with 0', 0, results(2, 2), /^2 tests failed\.$/],
    ['a killed host left no results though the editor ended with 0', 0, null, /left no results/],
    ['no test was run', 0, results(0, 0), /No test was run/],
    ['the results are cut off', 0, results(3, 0).slice(0, -1), /cannot be read/],
    ['the results are of another shape', 0, '{"passed":"3","failed":0}', /cannot be read/],
    ['the counts are negative', 0, results(-1, 0), /cannot be read/],
    ['the editor failed though every test passed', 124, results(3, 0), /ended with 124/],
    ['the editor was ended by a signal', null, results(3, 0), /signal/],
  ];
  for (const [name, exit, text, problem] of red) {
    it(`is red when ${name}`, () => {
      const { problems } = judge(exit, text);
      assert.match(problems.join('\n'), problem);
    });
  }
});
