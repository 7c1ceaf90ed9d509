import { l10n, type QuickPickItem, window } from 'vscode';
import { readerLanguage } from '../../contract/words.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { RunRecord } from '../../domain/run.ts';
import type { App } from '../app.ts';

/** What is to be taken back. */
export interface Target {
  readonly runId: string;
  /** Null for all that the run landed. */
  readonly phaseId: string | null;
}

export interface Question {
  /** Title of the command, such as `Roll Back`. */
  readonly title: string;
  readonly placeHolder: string;
  /** Asks about two commits or more of a run. */
  readonly ask: (commits: number, goal: string) => string;
}

/**
 * The row that the command was called on, or the landing that the user picks, once they are sure; null where they are
 * not. Throws `rollback/nothing-landed`.
 */
export async function chooseLanding(app: App, argument: unknown, question: Question): Promise<Target | null> {
  const target = targetIn(argument) ?? (await pickLanding(app, question));
  return target && (await isSure(app, target, question)) ? target : null;
}

/** Throws `run/not-found`. */
export function runOf(runs: { run(id: string): RunRecord | null }, { runId }: Target): RunRecord {
  const run = runs.run(runId);
  if (!run) throw new EngineError({ code: 'run/not-found', selector: runId });
  return run;
}

function targetIn(value: unknown): Target | null {
  if (typeof value !== 'object' || value === null) return null;
  const { runId, phaseId } = value as { runId?: unknown; phaseId?: unknown };
  return typeof runId === 'string' ? { runId, phaseId: typeof phaseId === 'string' ? phaseId : null } : null;
}

async function pickLanding({ session }: App, { title, placeHolder }: Question): Promise<Target | null> {
  const landings = await session.use(({ ledger }) => ledger.landings({ limit: 200 }));
  const standing = landings.filter(({ rolledBack }) => rolledBack === null);
  if (standing.length === 0) throw new EngineError({ code: 'rollback/nothing-landed', selector: 'this repository' });
  const items = standing.map(({ runId, phaseId, title: label, landing, landedAt }): QuickPickItem & Target => ({
    label,
    description: landing.commit.slice(0, 7),
    detail: l10n.t(
      'Landed on {0}, {1}',
      landing.branch.replace('refs/heads/', ''),
      new Date(landedAt).toLocaleString(readerLanguage()),
    ),
    runId,
    phaseId,
  }));
  return (await window.showQuickPick(items, { title, placeHolder })) ?? null;
}

/** One phase is one click; a whole run is asked about. */
async function isSure({ session }: App, { runId, phaseId }: Target, { title, ask }: Question): Promise<boolean> {
  if (phaseId !== null) return true;
  const run = await session.use(({ ledger }) => ledger.run(runId));
  const commits = run?.phases.filter(({ landing, rolledBack }) => landing && rolledBack === null).length ?? 0;
  if (!run || commits < 2) return true;
  const question = ask(commits, run.plan.goal.split('\n', 1)[0] as string);
  return (await window.showWarningMessage(question, { modal: true }, title)) === title;
}
