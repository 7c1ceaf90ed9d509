import path from 'node:path';
import { ProgressLocation, Uri, window, workspace } from 'vscode';
import { announce } from '../announce.ts';
import type { App, Handler } from '../app.ts';
import { reportProgress } from '../progress.ts';
import { showFault } from '../show-fault.ts';
import { pickPhaseOrPlan, pickPlan, pickSpec } from '../specs/pick-spec.ts';
import { askForApproval } from './approve-configuration.ts';

/** Runs a phase spec or a plan: the one that is named, else the one that is picked. */
export const runPhase: Handler = async (app, target) => {
  const file = target instanceof Uri ? target.fsPath : await pickSpec(app, pickPhaseOrPlan);
  if (file !== null) await runSpec(app, file);
};

/** As `runPhase`, with plans alone to pick from. */
export const runPlan: Handler = async (app, target) => {
  const file = target instanceof Uri ? target.fsPath : await pickSpec(app, pickPlan);
  if (file !== null) await runSpec(app, file);
};

async function runSpec(app: App, file: string): Promise<void> {
  await workspace.textDocuments.find(({ uri, isDirty }) => isDirty && uri.fsPath === file)?.save();
  // Without the keys that are not approved there may still be a model; the run says so where there is none.
  await askForApproval(app);
  await runFile(app, file);
}

async function runFile(app: App, file: string): Promise<void> {
  const { session } = app;
  app.status.forget();
  let root: string | null = null;
  const stopped = new AbortController();
  const { plan, isPlan } = await session.use((opened) => opened.readNamedFiles([file], path.dirname(file)));
  const title = plan.goal.trim().split('\n', 1)[0] as string;
  const options = { location: ProgressLocation.Notification, title, cancellable: true };
  try {
    const runId = await window.withProgress(options, (progress, token) => {
      token.onCancellationRequested(() => stopped.abort());
      const listening = reportProgress(session, progress);
      const run = session.run(async ({ engine, repository }) => {
        root = repository.root;
        const branchByDefault = isPlan ? 'run' : 'current';
        return (await engine.run(plan, { branchByDefault }, stopped.signal)).runId;
      });
      return run.finally(() => listening.dispose());
    });
    await announce(app, runId);
  } catch (error) {
    showFault(error, app.log, root);
  }
}
