import type { CheckFailure, ReadFailures } from './check-failure.ts';

/** Errors only: warnings let a check pass. */
export const readEslint: ReadFailures = (output) => {
  if (!/^✖ \d+ problems? \(/m.test(output)) return null;
  const failures: CheckFailure[] = [];
  let file = '';
  for (const line of output.split('\n')) {
    if (/^\S.*\.\w+$/.test(line)) file = line.trim();
    const match = /^\s+(\d+:\d+)\s+error\s+(.+?)(?:\s{2,}(\S+))?$/.exec(line);
    if (!match) continue;
    const [, place, message = '', rule] = match;
    failures.push({ name: `${rule ?? 'error'} in ${file}`, detail: `${place} ${message}` });
  }
  return failures;
};
