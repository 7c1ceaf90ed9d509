import { type CheckFailure, dedent, type ReadFailures } from './check-failure.ts';

export const readPytest: ReadFailures = (output) => {
  if (!/^=+ (?:test session starts|FAILURES|ERRORS) =+$/m.test(output)) return null;
  const failures: CheckFailure[] = [];
  for (const section of output.matchAll(/^=+ (?:FAILURES|ERRORS) =+\n([\s\S]*?)(?=^=+ [^_\n]*=+$)/gm)) {
    const blocks = (section[1] as string).split(/^_{3,} (.+?) _{3,}$/m).slice(1);
    for (let at = 0; at < blocks.length; at += 2) {
      failures.push({ name: blocks[at] as string, detail: essence(blocks[at + 1] ?? '') });
    }
  }
  return failures;
};

const mostLines = 24;

/** The line that failed with those around it, every `E` line, and where it was. */
function essence(block: string): string {
  const lines = dedent(block).split('\n');
  if (lines.length <= mostLines) return lines.join('\n');
  const marked = lines.flatMap((line, at) => (/^(?:E|>)\s/.test(line) || /^\S+:\d+: /.test(line) ? [at] : []));
  const kept = new Set(marked.flatMap((at) => [at - 2, at - 1, at]));
  return lines
    .filter((_, at) => kept.has(at))
    .slice(-mostLines)
    .join('\n');
}
