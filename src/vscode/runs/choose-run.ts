import { type QuickPickItem, window } from 'vscode';
import { runStateWord } from '../../contract/state-words.ts';
import { readerLanguage } from '../../contract/words.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { RunState } from '../../domain/run.ts';
import type { App } from '../app.ts';

/** What a command was called on. */
export interface RunTarget {
  readonly runId: string;
  /** Null for the whole run. */
  readonly phaseId: string | null;
}

export interface RunQuestion {
  /** Title of the command, such as `Pause Run`. */
  readonly title: string;
  readonly placeHolder: string;
  /** States of the runs that come into question. */
  readonly states: readonly RunState[];
}

const mostRuns = 100;

/**
 * The row that the command was called on, else the only run that comes into question, else the one that the user picks;
 * null where they pick none. Throws `run/not-found` where there is none.
 */
export async function chooseRun(app: App, argument: unknown, question: RunQuestion): Promise<RunTarget | null> {
  const named = targetIn(argument);
  if (named) return named;
  const { title, placeHolder, states } = question;
  const runs = await app.session.use(({ ledger }) =>
    ledger.runs({ limit: mostRuns }).filter(({ state }) => states.includes(state)),
  );
  const [first] = runs;
  if (!first) throw new EngineError({ code: 'run/not-found', selector: 'last' });
  if (runs.length === 1) return { runId: first.id, phaseId: null };
  const items = runs.map(({ id, goal, state, startedAt }): QuickPickItem & RunTarget => ({
    label: goal.split('\n', 1)[0] as string,
    description: runStateWord(state),
    detail: new Date(startedAt).toLocaleString(readerLanguage()),
    runId: id,
    phaseId: null,
  }));
  return (await window.showQuickPick(items, { title, placeHolder })) ?? null;
}

function targetIn(value: unknown): RunTarget | null {
  if (typeof value !== 'object' || value === null) return null;
  const { runId, phaseId } = value as { runId?: unknown; phaseId?: unknown };
  return typeof runId === 'string' ? { runId, phaseId: typeof phaseId === 'string' ? phaseId : null } : null;
}
