import { type CheckFailure, dedent, type ReadFailures, withoutForeignFrames } from './check-failure.ts';

/** `node --test`, with its own reporter or TAP. */
export const readNodeTest: ReadFailures = (output) => {
  if (/^TAP version \d+$/m.test(output)) return readTap(output);
  const at = output.search(/^✖ failing tests:$/m);
  if (at === -1) return null;
  const blocks = output
    .slice(at)
    .split(/^(?=test at )/m)
    .slice(1);
  return blocks.flatMap((block): CheckFailure[] => {
    const match = /^test at (\S+)\n✖ (.*?)(?: \([\d.]+ms\))?\n([\s\S]*)$/.exec(block);
    if (!match) return [];
    const [, place, name = '', rest = ''] = match;
    const detail = rest.replace(/\{\n {4}(?:generatedMessage|code|cause): [\s\S]*$/, '');
    return [{ name, detail: `at ${place}\n${dedent(withoutForeignFrames(detail))}` }];
  });
};

/** Each `not ok` that is no mere sum of those in it, with its message, values and first frames. */
function readTap(output: string): readonly CheckFailure[] {
  const failures: CheckFailure[] = [];
  const pattern = /^([ \t]*)not ok \d+(?: -)? ?(.*)\n(?:\1 {2}---\n([\s\S]{0,8000}?)\n\1 {2}\.\.\.)?/gm;
  for (const [, , name = '', body = ''] of output.matchAll(pattern)) {
    if (/failureType: '?subtestsFailed/.test(body) || /# (?:SKIP|TODO)\b/i.test(name)) continue;
    const kept = dedent(body)
      .split('\n')
      .filter((line) => !/^(?:duration_ms|type|failureType|code|operator):/.test(line));
    failures.push({ name: name.trim(), detail: withoutForeignFrames(kept.join('\n')) });
  }
  return failures;
}
