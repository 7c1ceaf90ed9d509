import type { TestRun } from 'vscode';
import {
  Location,
  l10n,
  Position,
  type TestController,
  type TestItem,
  TestMessage,
  TestRunRequest,
  type Uri,
} from 'vscode';
import type { CheckReport, CheckResult } from '../../domain/checks.ts';

/** A check as a phase of the Testing view has it. */
export interface CheckItem {
  readonly item: TestItem;
  readonly command: string;
}

/** Where a failing check's output says that something went wrong. */
export interface FailurePlace {
  readonly text: string;
  readonly uri: Uri;
  /** From 0. */
  readonly line: number;
}

/** Lines of output that a failure repeats; all of it is in the results. */
const mostLines = 40;

/** Results of one phase's checks in one run of the Testing view. */
export class CheckRun {
  readonly #run: TestRun;
  readonly #open: CheckItem[];

  constructor(run: TestRun, checks: readonly CheckItem[]) {
    this.#run = run;
    this.#open = [...checks];
  }

  say(text: string): void {
    this.#run.appendOutput(`${text}\r\n`);
  }

  started(command: string): void {
    const check = this.#open.find((each) => each.command === command);
    if (check) this.#run.started(check.item);
  }

  ended(result: CheckResult, places: readonly FailurePlace[] = []): void {
    const at = this.#open.findIndex(({ command }) => command === result.command);
    const [check] = at === -1 ? [] : this.#open.splice(at, 1);
    // What prepares the worktree is no check of the phase, and tells only where it fails.
    const output = `$ ${result.command}\r\n${terminalText(result.output)}`;
    this.#run.appendOutput(output, undefined, check?.item);
    if (check) this.#tell(check.item, result, places);
  }

  /** No check is to come: those that did not run are told as skipped, or as failed to run where that is why. */
  close(problem: string | null = null): void {
    for (const { item } of this.#open.splice(0)) {
      if (problem === null) this.#run.skipped(item);
      else this.#run.errored(item, new TestMessage(problem));
    }
  }

  #tell(item: TestItem, result: CheckResult, places: readonly FailurePlace[]): void {
    const milliseconds = result.seconds * 1000;
    if (result.outcome === 'passed') {
      this.#run.passed(item, milliseconds);
      return;
    }
    const message = new TestMessage(`${sentenceOf(result)}\n\n${lastLines(result.output)}`);
    if (item.uri && item.range) message.location = new Location(item.uri, item.range);
    if (result.outcome === 'not-startable') {
      this.#run.errored(item, message, milliseconds);
      return;
    }
    const placed = places.map(({ text, uri, line }) => {
      const each = new TestMessage(text);
      each.location = new Location(uri, new Position(line, 0));
      return each;
    });
    this.#run.failed(item, [message, ...placed], milliseconds);
  }
}

/** Publishes a report of the past as it was, in a run of its own that the editor does not keep. */
export function publishReport(
  controller: TestController,
  name: string,
  reports: readonly { readonly phase: TestItem; readonly checks: readonly CheckItem[]; readonly report: CheckReport }[],
): void {
  const request = new TestRunRequest(reports.map(({ phase }) => phase));
  const run = controller.createTestRun(request, name, false);
  for (const { checks, report } of reports) {
    const told = new CheckRun(run, checks);
    if (report.withheld !== null) told.say(report.withheld);
    for (const result of report.results) told.ended(result);
    told.close();
  }
  run.end();
}

function sentenceOf({ command, outcome, exitCode, seconds }: CheckResult): string {
  if (outcome === 'timed-out') return l10n.t('{0} was stopped after {1} s', command, seconds.toFixed(0));
  if (outcome === 'not-startable') return l10n.t('{0} could not be started', command);
  if (exitCode === null) return l10n.t('{0} was ended by a signal', command);
  return l10n.t('{0} failed with exit code {1}', command, exitCode);
}

/** The panel of results is a terminal: there a line ends with a carriage return too. */
function terminalText(output: string): string {
  const lines = output.replace(/\r?\n/g, '\r\n');
  return lines.endsWith('\r\n') || lines === '' ? lines : `${lines}\r\n`;
}

function lastLines(output: string): string {
  const lines = output.trimEnd().split(/\r?\n/);
  return lines.length <= mostLines ? lines.join('\n') : ['…', ...lines.slice(-mostLines)].join('\n');
}
