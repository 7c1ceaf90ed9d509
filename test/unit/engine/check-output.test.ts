import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { failureNames, readCheckOutput, trimCheckOutput } from '../../../src/engine/check-output/read-check-output.ts';
import { computingMs } from '../../support/computing-time.ts';

/** Real output of each runner for the same two failures: an assertion, and an error thrown two calls deep. */
function outputOf(name: string): string {
  return readFileSync(path.resolve(import.meta.dirname, '../../fixtures/check-output', `${name}.txt`), 'utf8');
}

const tests: readonly (readonly [string, readonly string[], readonly RegExp[]])[] = [
  ['node-test-spec', ['adds', 'boom'], [/-1 !== 3/, /boom is not ready[\s\S]*src\/sum\.js:2:25/]],
  ['node-test-tap', ['adds', 'boom'], [/-1 !== 3/, /boom is not ready[\s\S]*src\/sum\.js:2:25/]],
  ['mocha', ['sum › adds', 'sum › boom'], [/-1 !== 3/, /boom is not ready[\s\S]*src\/sum\.js:2:25/]],
  ['jest', ['sum › adds', 'sum › boom'], [/Expected: 3\nReceived: -1/, /src\/sum\.js:2:25/]],
  [
    'vitest',
    ['v/sum.spec.mjs > sum > adds', 'v/sum.spec.mjs > sum > boom'],
    [/expected -1 to be 3/, /src\/sum\.js:2:25/],
  ],
  ['pytest', ['test_adds', 'test_boom'], [/E {7}assert -1 == 3[\s\S]*test_sum\.py:5/, /TypeError: boom is not ready/]],
  ['cargo', ['tests::adds', 'tests::boom'], [/left: -1\n right: 3/, /boom is not ready/]],
  ['cargo-error', ['error[E0308]: mismatched types'], [/expected `i32`, found `&str`/]],
  [
    'go-test',
    ['TestAdds', 'TestTable/negative', 'TestBoom'],
    [/= -1, want 3/, /want -1/, /boom is not ready[\s\S]*sum\.go:5/],
  ],
  ['go-build', ['./sum.go: cannot use "a" (untyped string constant) as int value in return statement'], [/line 3/]],
  [
    'tsc',
    [
      "bad.ts: TS2322: Type 'string' is not assignable to type 'number'.",
      "bad.ts: TS2322: Type 'string' is not assignable to type 'number'.",
    ],
    [/bad\.ts:1:7/],
  ],
  [
    'eslint',
    ['no-unused-vars in /home/ada/sums/lint.js', 'no-unused-vars in /home/ada/sums/lint.js'],
    [/1:7 'unused' is assigned/],
  ],
];

describe('reading what a check printed', () => {
  for (const [name, names, details] of tests) {
    it(`finds the failures in ${name}`, () => {
      const failures = readCheckOutput(outputOf(name));
      assert.deepEqual(
        failures.map((failure) => failure.name),
        names,
      );
      details.forEach((pattern, at) => {
        assert.match(failures[at]?.detail ?? '', pattern);
      });
    });
  }

  it('reads coloured output as the plain one', () => {
    assert.deepEqual(readCheckOutput(outputOf('tsc-pretty')), readCheckOutput(outputOf('tsc')));
  });

  it('shows what failed, not what passed, and no frames of the runner', () => {
    for (const [name] of tests) {
      const trimmed = trimCheckOutput(outputOf(name));
      assert.match(trimmed, /^\d failures?:/);
      assert.doesNotMatch(trimmed, /node:internal|\/rustc\/|node_modules|is a function \(|duration_ms/, name);
    }
  });

  it('knows a failure again when lines, times and order differ, and another one as another', () => {
    const first = outputOf('mocha');
    const later = first.replaceAll(':2:', ':31:').replace('(23ms)', '(99ms)');
    assert.equal(failureNames(later), failureNames(first));
    assert.notEqual(failureNames(first.replaceAll('boom', 'bang')), failureNames(first));
    assert.equal(failureNames('all is well'), null);
  });

  it('leaves output of no known runner as it is, and cuts what is long in the middle', () => {
    assert.equal(trimCheckOutput('make: *** [all] Error 2\n'), 'make: *** [all] Error 2\n');
    const long = [...Array(1_000).keys()].map((line) => (line === 500 ? 'error: here' : `line ${line}`)).join('\n');
    const trimmed = trimCheckOutput(long);
    assert.ok(trimmed.split('\n').length < 160);
    for (const part of ['line 0', 'error: here', 'line 999', 'lines left out']) assert.ok(trimmed.includes(part), part);
  });

  it('never throws and stays quick, whatever a program prints', () => {
    const pieces = [
      ...tests.map(([name]) => outputOf(name)),
      '= ',
      '====',
      'not ok 1 - x\n  ---\n',
      '  ● ',
      '{\n    code: ',
    ];
    const output = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 40 })), { maxLength: 30 });
    fc.assert(
      fc.property(output, (parts) => {
        trimCheckOutput(parts.join(''));
        failureNames(parts.join('\n'));
      }),
      { numRuns: 150 },
    );
    for (const hostile of ['= '.repeat(40_000), `${'='.repeat(70_000)} x`, 'not ok 1 - x\n  ---\n'.repeat(3_000)]) {
      const spent = computingMs(() => trimCheckOutput(hostile));
      assert.ok(spent < 5_000, `took ${spent} ms`);
    }
  });
});
