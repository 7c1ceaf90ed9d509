import type { CheckReport, CheckResult } from '../domain/checks.ts';
import type { EngineEvent, EventDraft } from '../domain/event.ts';
import type { ReplayDifference } from '../domain/replay.ts';

/** Something that a replay compares: equal keys mean that it came out the same. */
export interface Milestone {
  readonly attempt: number;
  readonly kind: ReplayDifference['kind'];
  readonly about: string;
  readonly key: string;
  /** For a person, on one line. */
  readonly text: string;
}

/** What an event says that a replay must say as well; null for everything that may differ. */
export function milestoneOf(event: EngineEvent | EventDraft): Milestone | null {
  const of = (kind: Milestone['kind'], key: string, text = key): Milestone => ({
    attempt: kind === 'outcome' ? 0 : (event.attempt ?? 0),
    kind,
    about: '',
    key,
    text,
  });
  switch (event.type) {
    case 'attempt-start':
      return of('model', event.model);
    case 'patch-staged':
      return of('patch', event.staged.tree, `tree ${event.staged.tree.slice(0, 12)}`);
    case 'patch-refused':
      return of('patch', event.fault.code, `refused: ${event.fault.code}`);
    case 'verdict-reached': {
      const { verdict } = event;
      if (!('because' in verdict)) return of('verdict', verdict.type);
      const { signature, summary } = verdict.because;
      return of('verdict', `${verdict.type} ${signature}`, `${verdict.type}: ${firstLine(summary)}`);
    }
    case 'phase-end':
      return of('outcome', event.state);
    default:
      return null;
  }
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').slice(0, 200);
}

function wordsOf({ outcome, exitCode }: CheckResult): string {
  return exitCode === null ? outcome : `${outcome}, exit code ${exitCode}`;
}

/** How two reports on one tree differ, command by command; times and output are not compared. */
export function checkDifferences(
  recorded: CheckReport,
  replayed: CheckReport,
): readonly Pick<ReplayDifference, 'about' | 'recorded' | 'replayed'>[] {
  const most = Math.max(recorded.results.length, replayed.results.length);
  return Array.from({ length: most }, (_, index) => {
    const [was, is] = [recorded.results[index], replayed.results[index]];
    const about = was?.command ?? is?.command ?? '';
    return { about, recorded: was ? wordsOf(was) : 'not run', replayed: is ? wordsOf(is) : 'not run' };
  }).filter(({ recorded, replayed }) => recorded !== replayed);
}

const longestLine = 200;

/** The first line in which two texts differ, of each. */
export function firstDifference(
  recorded: string,
  replayed: string,
): { readonly recorded: string; readonly replayed: string } {
  const [was, is] = [recorded.split('\n'), replayed.split('\n')];
  const at = was.findIndex((line, index) => line !== is[index]);
  const line = at === -1 ? was.length : at;
  const show = (lines: readonly string[]) => {
    const text = lines[line];
    return text === undefined ? 'ends before' : `line ${line + 1}: ${text.slice(0, longestLine)}`;
  };
  return { recorded: show(was), replayed: show(is) };
}
