/** One line, or a few, as they would be with a fault in them. */
export interface Replacement {
  /** Takes the place of the line; none for a line that goes. */
  readonly lines: readonly string[];
}

export interface Operator {
  readonly name: string;
  /** Whether the change is a fault, or does what the line did before. */
  readonly faulty: boolean;
  readonly files: RegExp;
  /** For tests alone, or for everything but tests. */
  readonly inTests: boolean;
  /** The line with its fault, or null where it has none to offer. `next` is the line after it. */
  readonly mutate: (line: string, next: string) => Replacement | null;
}

const script = /\.(?:[cm]?[jt]sx?)$/i;
const code = /\.(?:[cm]?[jt]sx?|py|go|java|kt|rb|rs|php|cs)$/i;

/** Replaces the first match; null where there is none, or in a comment. */
function swapped(line: string, pattern: RegExp, by: string): Replacement | null {
  if (/^\s*(?:\/\/|#|\*|\/\*)/.test(line) || !pattern.test(line)) return null;
  const changed = line.replace(pattern, by);
  return changed === line ? null : { lines: [changed] };
}

const removed: Replacement = { lines: [] };
const indentOf = (line: string) => /^\s*/.exec(line)?.[0] ?? '';

/** A statement that stands alone on its line, so that taking it out leaves the file well formed. */
const isStatement = (line: string) => /;\s*$/.test(line) && !/[{(]\s*;?\s*$/.test(line) && !/^\s*[})\]]/.test(line);

/** Faults that reviewers should see, as they are made by people and models, and changes that are none. */
export const operators: readonly Operator[] = [
  {
    name: 'boundary',
    faulty: true,
    files: code,
    inTests: false,
    mutate: (line) =>
      swapped(line, /(?<=[\w)\]] )<=(?= [\w(])/, '<') ??
      swapped(line, /(?<=[\w)\]] )>=(?= [\w(])/, '>') ??
      swapped(line, /(?<=[\w)\]] )<(?= [\w(])(?![^;]*>)/, '<=') ??
      swapped(line, /(?<=[\w)\]] )>(?= [\w(])(?<!=>)(?<!->)/, '>='),
  },
  {
    name: 'off by one',
    faulty: true,
    files: code,
    inTests: false,
    mutate: (line) =>
      swapped(line, /\.length - 1\b/, '.length') ??
      swapped(line, /\b(\w+) \+ 1\b/, '$1') ??
      swapped(line, /\b(\w+) - 1\b/, '$1'),
  },
  {
    name: 'null',
    faulty: true,
    files: script,
    inTests: false,
    mutate: (line) =>
      swapped(line, /(?<=[\w)\]])\?\.(?=[a-z_])/i, '.') ?? swapped(line, / \?\? (?:''|""|0|\[\]|\{\}|null)/, ''),
  },
  {
    name: 'await',
    faulty: true,
    files: script,
    inTests: false,
    mutate: (line) => swapped(line, /\bawait (?=[\w.]+\()/, ''),
  },
  {
    name: 'error path',
    faulty: true,
    files: script,
    inTests: false,
    mutate: (line) => (/^\s*throw [^;]*;\s*$/.test(line) ? { lines: [`${indentOf(line)}return;`] } : null),
  },
  {
    name: 'auth check',
    faulty: true,
    files: code,
    inTests: false,
    mutate: (line) =>
      /^\s*if \(!?.*\b(?:auth\w*|permission\w*|role\w*|token\w*|admin\w*|session\w*|allowed|owner\w*|forbidden)\b.*\) (?:return|throw)\b[^;]*;\s*$/i.test(
        line,
      )
        ? removed
        : null,
  },
  {
    name: 'resource leak',
    faulty: true,
    files: code,
    inTests: false,
    mutate: (line) =>
      isStatement(line) &&
      /^\s*(?:await )?[\w.?]+\.(?:close|release|dispose|destroy|unref|end|clearTimeout)\(\w*\);\s*$/.test(line)
        ? removed
        : /^\s*clear(?:Timeout|Interval)\([\w.]+\);\s*$/.test(line)
          ? removed
          : null,
  },
  {
    name: 'condition',
    faulty: true,
    files: code,
    inTests: false,
    mutate: (line) => swapped(line, / && (?=[\w!(])/, ' || ') ?? swapped(line, /(?<=[\w)\]] )===(?= )/, '!=='),
  },
  {
    name: 'SQL concatenation',
    faulty: true,
    files: script,
    inTests: false,
    mutate: (line) =>
      /\b(?:SELECT|UPDATE|DELETE|INSERT)\b/.test(line)
        ? swapped(line, /= (?::(\w+)|\?)(?=['"`\s])/, `= '\${input}'`)
        : null,
  },
  {
    name: 'injected secret',
    faulty: true,
    files: script,
    inTests: false,
    mutate: (line) =>
      /^(?:export )?const \w+ = /.test(line)
        ? { lines: [`const serviceToken = 'ghp_${'Zq7Lr2Vx9Kd4'.repeat(3)}';`, line] }
        : null,
  },
  {
    name: 'test weakened',
    faulty: true,
    files: script,
    inTests: true,
    mutate: (line) =>
      swapped(
        line,
        /\bassert\.(?:strictEqual|deepStrictEqual|equal|deepEqual)\((.+), .+\);/,
        'assert.ok($1 !== undefined);',
      ) ?? swapped(line, /\)\.(?:toBe|toEqual|toStrictEqual)\(.+\);/, ').toBeDefined();'),
  },
  {
    name: 'a comment',
    faulty: false,
    files: script,
    inTests: false,
    mutate: (line) =>
      /^(?:export )?(?:async )?function \w+\(/.test(line) ? { lines: ['// Kept small on purpose.', line] } : null,
  },
  {
    name: 'a named result',
    faulty: false,
    files: script,
    inTests: false,
    mutate(line) {
      const match = /^(\s*)return ([\w.]+\([^;{}]*\));\s*$/.exec(line);
      return match ? { lines: [`${match[1]}const outcome = ${match[2]};`, `${match[1]}return outcome;`] } : null;
    },
  },
  {
    name: 'operands swapped',
    faulty: false,
    files: script,
    inTests: false,
    mutate: (line) => swapped(line, /\((\w+) === (\w+)\)/, '($2 === $1)'),
  },
];
