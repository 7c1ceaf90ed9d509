import type { CheckFailure, ReadFailures } from './check-failure.ts';

const plain = /^(\S.*?)\((\d+),(\d+)\): error (TS\d+: .*)$/gm;
const pretty = /^(\S.*?):(\d+):(\d+) - error (TS\d+: .*)$/gm;

export const readTsc: ReadFailures = (output) => {
  const found = [...output.matchAll(plain), ...output.matchAll(pretty)];
  if (found.length === 0) return null;
  return found.map(([, file = '', line, column, message = '']): CheckFailure => {
    return { name: `${file}: ${message}`, detail: `at ${file}:${line}:${column}` };
  });
};
