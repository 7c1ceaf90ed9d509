import { stripVTControlCharacters } from 'node:util';
import { readCargo } from './cargo.ts';
import type { CheckFailure, ReadFailures } from './check-failure.ts';
import { readEslint } from './eslint.ts';
import { readGoTest } from './go-test.ts';
import { readJest } from './jest.ts';
import { readMocha } from './mocha.ts';
import { readNodeTest } from './node-test.ts';
import { readPytest } from './pytest.ts';
import { readTsc } from './tsc.ts';
import { readVitest } from './vitest.ts';

const readers: readonly ReadFailures[] = [
  readVitest,
  readJest,
  readMocha,
  readNodeTest,
  readPytest,
  readGoTest,
  readCargo,
  readEslint,
  readTsc,
];

const longestOutput = 256 * 1024;
const mostFailures = 12;
const mostLinesOfEach = 30;
const mostLines = 160;

/** As runners print for a person: longer lines are data, and would only take time to read. */
const longestLine = 1_000;

function plainLines(output: string): string {
  const plain = stripVTControlCharacters(output.slice(0, longestOutput)).replaceAll('\r\n', '\n');
  return plain
    .split('\n')
    .map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line))
    .join('\n');
}

/** What a failing check's output says went wrong; empty where no runner is recognised that says so. */
export function readCheckOutput(output: string): readonly CheckFailure[] {
  const plain = plainLines(output);
  for (const read of readers) {
    const failures = read(plain);
    if (failures && failures.length > 0) return failures;
  }
  return [];
}

/** The part of a check's output that tells what failed, for whoever has to mend it; all of it where it is short. */
export function trimCheckOutput(output: string): string {
  const plain = plainLines(output);
  const lines = plain.split('\n');
  const failures = readCheckOutput(output);
  if (failures.length === 0) return lines.length <= mostLines ? plain : headAndTail(lines);
  const shown = failures.slice(0, mostFailures).map(({ name, detail }) => {
    const body = detail.split('\n');
    const cut = body.length > mostLinesOfEach ? [...body.slice(0, mostLinesOfEach), '…'] : body;
    return detail === '' ? `✖ ${name}` : `✖ ${name}\n${cut.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}`;
  });
  const count = failures.length === 1 ? '1 failure:' : `${failures.length} failures:`;
  if (failures.length > mostFailures) shown.push(`… and ${failures.length - mostFailures} more`);
  return [count, ...shown].join('\n\n');
}

/** What stays equal when the same thing fails again: names and messages, not order, places or frames. */
export function failureNames(output: string): string | null {
  const failures = readCheckOutput(output);
  if (failures.length === 0) return null;
  const lines = failures.map(({ name, detail }) => `${name}\n${detail.replace(/^\s*(?:at .*|>?\s*\d+ ?\|.*)$/gm, '')}`);
  return [...new Set(lines)].sort().join('\n');
}

/** Where nothing is recognised: how it began, how it ended, and lines in between that speak of an error. */
function headAndTail(lines: readonly string[]): string {
  const head = 20;
  const tail = 90;
  const middle = lines.slice(head, -tail).filter((line) => /\b(?:error|fail(?:ed|ure)?|exception|panic)\b/i.test(line));
  const left = lines.length - head - tail - Math.min(middle.length, 40);
  return [...lines.slice(0, head), ...middle.slice(0, 40), `… ${left} lines left out …`, ...lines.slice(-tail)].join(
    '\n',
  );
}
