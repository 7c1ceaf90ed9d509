import { appendFileSync, globSync, writeFileSync } from 'node:fs';
import { findSourceMap } from 'node:module';
import { join } from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';
import type { HostResults } from './results.ts';

type Line = (text: string) => void;

/** mocha wants a reporter; ours are the lines written below, since an extension host has no standard output. */
class SilentReporter extends Mocha.reporters.Base {}

/** Node would map stacks by itself, had VS Code not replaced the function that writes them. */
function inSourceLines(stack: string): string {
  return stack.replace(/([^\s()]+\.cjs):(\d+):(\d+)/g, (place, file: string, line: string, column: string) => {
    const origin = findSourceMap(file)?.findOrigin(Number(line), Number(column));
    return origin && 'fileName' in origin ? `${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}` : place;
  });
}

function textOf(error: unknown): string {
  return error instanceof Error ? inSourceLines(error.stack ?? error.message) : String(error);
}

function report(runner: Mocha.Runner, results: HostResults, line: Line): void {
  const indent = (suite: Mocha.Suite | undefined): string => (suite?.parent ? `  ${indent(suite.parent)}` : '');
  runner.on('suite', (suite) => suite.root || line(`${indent(suite.parent)}${suite.title}`));
  runner.on('pass', (test) => {
    results.passed += 1;
    line(`${indent(test.parent)}✓ ${test.title} (${test.duration} ms)`);
  });
  runner.on('fail', (test, error) => {
    results.failed += 1;
    line(`${indent(test.parent)}✗ ${test.title}\n${textOf(error)}`);
  });
}

/** Tests may print. VS Code's own `console.log` cannot be assigned to, only defined anew. */
async function printingTo<Value>(line: Line, action: () => Promise<Value>): Promise<Value> {
  const original = Object.getOwnPropertyDescriptor(console, 'log');
  Object.defineProperty(console, 'log', {
    configurable: true,
    value: (...values: unknown[]) => line(format(...values)),
  });
  try {
    return await action();
  } finally {
    if (original) Object.defineProperty(console, 'log', original);
  }
}

async function runBundledTests(line: Line): Promise<HostResults> {
  process.setSourceMapsEnabled(true);
  const grep = process.env.EDITOR_TEST_GREP;
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 60_000,
    reporter: SilentReporter,
    forbidOnly: true,
    forbidPending: true,
    ...(grep ? { grep } : {}),
  });
  for (const file of globSync('**/*.test.cjs', { cwd: __dirname }).sort()) mocha.addFile(join(__dirname, file));
  const results: HostResults = { passed: 0, failed: 0 };
  await new Promise<void>((resolve) =>
    report(
      mocha.run(() => resolve()),
      results,
      line,
    ),
  );
  return results;
}

/**
 * Called by VS Code inside the extension host: runs the bundled tests that lie beside this file. The results file is
 * written last, so that a host that dies on the way leaves none. Rejects when a test failed.
 */
export async function run(): Promise<void> {
  const { EDITOR_TEST_RESULTS: resultsFile, EDITOR_TEST_REPORT: reportFile } = process.env;
  if (!resultsFile || !reportFile) throw new Error('The extension host was started without EDITOR_TEST_RESULTS.');
  const line: Line = (text) => appendFileSync(reportFile, `${text}\n`);
  let results: HostResults;
  try {
    results = await printingTo(line, () => runBundledTests(line));
  } catch (error) {
    line(`The tests could not be run.\n${textOf(error)}`);
    throw error;
  }
  writeFileSync(resultsFile, JSON.stringify(results));
  if (results.failed > 0) throw new Error(`${results.failed} failed`);
}
