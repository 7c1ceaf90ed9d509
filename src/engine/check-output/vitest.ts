import { type CheckFailure, dedent, type ReadFailures, withoutForeignFrames } from './check-failure.ts';

export const readVitest: ReadFailures = (output) => {
  if (!/^⎯+ Failed (?:Tests|Suites) \d+ ⎯+$/m.test(output)) return null;
  const blocks = output.split(/^ ?FAIL {1,2}/m).slice(1);
  return blocks.flatMap((block): CheckFailure[] => {
    const [title = '', ...body] = block.split('\n');
    const own = body.join('\n').split(/^(?:⎯{5,}| Test Files )/m)[0] as string;
    return [{ name: title.trim(), detail: dedent(withoutForeignFrames(own)) }];
  });
};
