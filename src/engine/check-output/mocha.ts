import { type CheckFailure, dedent, type ReadFailures, withoutForeignFrames } from './check-failure.ts';

export const readMocha: ReadFailures = (output) => {
  const counted = /^ {2}\d+ failing$/m.exec(output);
  if (!counted) return null;
  const rest = output.slice(counted.index + counted[0].length);
  return rest
    .split(/^ {2}(?=\d+\) )/m)
    .slice(1)
    .flatMap((block): CheckFailure[] => {
      const match = /^\d+\) ([\s\S]*?):\n([\s\S]*)$/.exec(block);
      if (!match) return [];
      const [, title = '', body = ''] = match;
      const name = title
        .split('\n')
        .map((part) => part.trim())
        .join(' › ');
      return [{ name, detail: dedent(withoutForeignFrames(body)) }];
    });
};
