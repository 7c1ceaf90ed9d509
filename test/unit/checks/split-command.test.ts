import assert from 'node:assert/strict';
import fc from 'fast-check';
import { splitCommand } from '../../../src/checks/split-command.ts';

describe('splitting a command', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['npm test', ['npm', 'test']],
    ['  npm\t run   test:unit ', ['npm', 'run', 'test:unit']],
    [`node -e 'console.log("a b")'`, ['node', '-e', 'console.log("a b")']],
    [`say "it's" 'a "b"' c\\ d`, ['say', "it's", 'a "b"', 'c d']],
    [`say "" ''`, ['say', '', '']],
    ['a"b"c\'d\'', ['abcd']],
    ['say "a\\"b\\\\c\\d"', ['say', 'a"b\\c\\d']],
    ["mocha 'test/**/*.test.js'", ['mocha', 'test/**/*.test.js']],
    ['pytest tests/test_a.py::test_b -k x=1', ['pytest', 'tests/test_a.py::test_b', '-k', 'x=1']],
    ['find . -name x -exec echo {} +', ['find', '.', '-name', 'x', '-exec', 'echo', '{}', '+']],
    ['echo a~b c#d \\* \\$HOME', ['echo', 'a~b', 'c#d', '*', '$HOME']],
  ];
  for (const [command, words] of cases) {
    it(`reads ${JSON.stringify(command)}`, () => {
      assert.deepEqual(splitCommand(command), { ok: true, value: words });
    });
  }

  for (const command of [
    'a && b',
    'a | b',
    'a; b',
    'a > out',
    'a < in',
    'echo $HOME',
    'echo "$HOME"',
    'echo `date`',
    'echo "`date`"',
    'echo $(date)',
    'mocha test/*.js',
    'ls a?',
    'ls [ab].js',
    'echo {a,b}',
    'echo {1..3}',
    'ls ~/x',
    'a # comment',
    'NODE_ENV=test npm test',
    'a\nb',
    '(a)',
    'a &',
  ]) {
    it(`leaves ${JSON.stringify(command)} to a shell`, () => {
      const split = splitCommand(command);
      assert.ok(!split.ok);
      assert.match(split.fault, /`shell: true`/);
    });
  }

  for (const command of ['say "open', "say 'open", 'say \\', '', '   ', '""']) {
    it(`refuses ${JSON.stringify(command)}`, () => {
      assert.equal(splitCommand(command).ok, false);
    });
  }

  it('gives back any words that were quoted', () => {
    const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 5 }), (words) => {
        fc.pre(words[0] !== '');
        assert.deepEqual(splitCommand(words.map(quote).join(' ')), { ok: true, value: words });
      }),
    );
  });
});
