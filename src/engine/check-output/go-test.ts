import { type CheckFailure, dedent, type ReadFailures } from './check-failure.ts';

const mark = /^([ \t]*)--- (FAIL|PASS|SKIP): (\S+)/;
const compiler = /^(\S+\.go):(\d+)(?::\d+)?: (.+)$/;
const end = /^(?:FAIL|ok|PASS|exit status)\b|^=== /;

/** `go test` and what the compiler says before it. */
export const readGoTest: ReadFailures = (output) => {
  if (!/^(?:FAIL|ok)\s+\S+\s+(?:[\d.]+s|\[build failed\]|\(cached\))/m.test(output) && !/^--- FAIL: /m.test(output)) {
    return null;
  }
  const failures: CheckFailure[] = [];
  let open: { readonly name: string; readonly lines: string[] } | null = null;
  const close = () => {
    const detail = open ? dedent(withoutRuntime(open.lines).join('\n')) : '';
    // A test whose parts failed says nothing of its own.
    if (open && detail !== '') failures.push({ name: open.name, detail });
    open = null;
  };
  for (const line of output.split('\n')) {
    const marked = mark.exec(line);
    const compiled = compiler.exec(line);
    if (marked) {
      close();
      if (marked[2] === 'FAIL') open = { name: marked[3] as string, lines: [] };
    } else if (end.test(line)) close();
    else if (open) (open as { readonly lines: string[] }).lines.push(line);
    else if (compiled) failures.push({ name: `${compiled[1]}: ${compiled[3]}`, detail: `at line ${compiled[2]}` });
  }
  close();
  return failures;
};

/** A goroutine's stack names a function on one line and its place on the next; those of Go itself say nothing. */
function withoutRuntime(lines: readonly string[]): readonly string[] {
  return lines.filter((line, at) => {
    const isPlace = /^\t\S+\.go:\d+/.test(line);
    const named = isPlace ? (lines[at - 1] ?? '') : line;
    return !/^(?:testing|runtime|reflect|panic|created by testing)[.(]/.test(named);
  });
}
