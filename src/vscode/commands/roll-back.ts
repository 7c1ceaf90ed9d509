import { type QuickPickItem, window } from 'vscode';
import { plural } from '../../domain/describe-event.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { App, Handler } from '../app.ts';

interface Target {
  readonly runId: string;
  /** Null for all that the run landed. */
  readonly phaseId: string | null;
}

/** Takes back what one phase landed, or after a question all that a run did. */
export const rollBack: Handler = async (app, argument) => {
  const target = targetIn(argument) ?? (await pickLanding(app));
  if (!target || !(await isSure(app, target))) return;
  const done = await app.session.run(async ({ engine, ledger }) => {
    const run = ledger.run(target.runId);
    if (!run) throw new EngineError({ code: 'run/not-found', selector: target.runId });
    return engine.rollBack(run, target.phaseId);
  });
  const [first] = done;
  const text =
    done.length === 1 && first ? `Rolled back ${first.landed.slice(0, 7)}` : `Rolled back ${done.length} commits`;
  app.status.tell(text, 'discard');
};

function targetIn(value: unknown): Target | null {
  if (typeof value !== 'object' || value === null) return null;
  const { runId, phaseId } = value as { runId?: unknown; phaseId?: unknown };
  return typeof runId === 'string' ? { runId, phaseId: typeof phaseId === 'string' ? phaseId : null } : null;
}

async function pickLanding({ session }: App): Promise<Target | null> {
  const landings = await session.use(({ ledger }) => ledger.landings({ limit: 200 }));
  const standing = landings.filter(({ rolledBack }) => rolledBack === null);
  if (standing.length === 0) throw new EngineError({ code: 'rollback/nothing-landed', selector: 'this repository' });
  const items = standing.map(({ runId, phaseId, title, landing, landedAt }): QuickPickItem & Target => ({
    label: title,
    description: landing.commit.slice(0, 7),
    detail: `Landed on ${landing.branch.replace('refs/heads/', '')}, ${new Date(landedAt).toLocaleString()}`,
    runId,
    phaseId,
  }));
  const options = { title: 'Roll Back', placeHolder: 'Choose what to take back: one more commit reverses it' };
  return (await window.showQuickPick(items, options)) ?? null;
}

/** One phase is one click; a whole run is asked about. */
async function isSure({ session }: App, { runId, phaseId }: Target): Promise<boolean> {
  if (phaseId !== null) return true;
  const run = await session.use(({ ledger }) => ledger.run(runId));
  const commits = run?.phases.filter(({ landing, rolledBack }) => landing && rolledBack === null).length ?? 0;
  if (!run || commits < 2) return true;
  const question = `Roll back ${plural(commits, 'commit', 'commits')} of “${run.plan.goal.split('\n', 1)[0]}”?`;
  return (await window.showWarningMessage(question, { modal: true }, 'Roll Back')) === 'Roll Back';
}
