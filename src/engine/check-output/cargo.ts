import { type CheckFailure, dedent, type ReadFailures } from './check-failure.ts';

/** `cargo test`, `cargo build` and what rustc says. */
export const readCargo: ReadFailures = (output) => {
  const isCargo = /^\s*Compiling \S+ v|^test result: |^error(?:\[E\d+\])?: .*\n\s*--> /m.test(output);
  if (!isCargo) return null;
  const failures: CheckFailure[] = [];
  for (const [block, title = ''] of output.matchAll(
    /^(error(?:\[E\d+\])?: .*)\n(?:[ ]*(?:-->|\||=|\d+).*\n?|[ ]*\.\.\.\n)+/gm,
  )) {
    failures.push({ name: title, detail: dedent(block.slice(title.length)) });
  }
  const tests = output.matchAll(/^---- (\S+) stdout ----\n([\s\S]*?)(?=^---- |^failures:$|^test result: )/gm);
  for (const [, name = '', body = ''] of tests) {
    const [said = ''] = body.split(/^(?:stack backtrace:|note: run with )/m);
    failures.push({ name, detail: dedent(said) });
  }
  return failures;
};
