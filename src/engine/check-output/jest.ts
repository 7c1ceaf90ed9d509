import { type CheckFailure, dedent, type ReadFailures, withoutForeignFrames } from './check-failure.ts';

export const readJest: ReadFailures = (output) => {
  if (!/^Test Suites: .*failed/m.test(output) && !/^ {2}● /m.test(output)) return null;
  const end = output.search(/^(?:Summary of all failing tests|Test Suites: )/m);
  const blocks = output
    .slice(0, end === -1 ? undefined : end)
    .split(/^ {2}● /m)
    .slice(1);
  return blocks.flatMap((block): CheckFailure[] => {
    const [title = '', ...body] = block.split('\n');
    // Warnings and console output stand under the same sign.
    if (/^Console$|^.*console\.\w+$/.test(title.trim())) return [];
    const own = body.join('\n').split(/^(?:PASS|FAIL) /m)[0] as string;
    return [{ name: title.trim(), detail: dedent(withoutForeignFrames(own)) }];
  });
};
