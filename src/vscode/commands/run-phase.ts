import path from 'node:path';
import { ProgressLocation, type QuickPickItem, QuickPickItemKind, Uri, window, workspace } from 'vscode';
import { announce } from '../announce.ts';
import type { App, Handler } from '../app.ts';
import { reportProgress } from '../progress.ts';
import { showFault } from '../show-fault.ts';
import { type SpecFile, specFilesIn } from '../spec-files.ts';
import { askForApproval } from './approve-configuration.ts';

/** Runs a phase spec or a plan: the one that is named, else the one that is picked. */
export const runPhase: Handler = async (app, target) => {
  const file = target instanceof Uri ? target.fsPath : await pickSpec(app);
  if (file === null) return;
  await workspace.textDocuments.find(({ uri, isDirty }) => isDirty && uri.fsPath === file)?.save();
  // Without the keys that are not approved there may still be a model; the run says so where there is none.
  await askForApproval(app);
  await runFile(app, file);
};

interface SpecItem extends QuickPickItem {
  readonly spec?: SpecFile;
}

async function pickSpec({ session }: App): Promise<string | null> {
  const directory = session.folder?.uri.fsPath ?? '.';
  const specs = await session.use((opened) => specFilesIn(opened, directory));
  if (specs.length === 0) {
    void window.showInformationMessage(
      'There is no phase spec yet. Write one as .countersign/phases/NAME.yaml: an id and a goal are enough.',
    );
    return null;
  }
  const chosen = await window.showQuickPick(itemsOf(specs), {
    title: 'Run Phase',
    placeHolder: 'Choose a phase or a plan to run',
    matchOnDetail: true,
  });
  if (!chosen?.spec) return null;
  if (chosen.spec.valid) return chosen.spec.file;
  await session.use((opened) => opened.readNamedFiles([chosen.spec?.file ?? ''], directory));
  return null;
}

function itemsOf(specs: readonly SpecFile[]): SpecItem[] {
  const section = (label: string, kind: SpecFile['kind']): SpecItem[] => {
    const items = specs.filter((spec) => spec.kind === kind).map(itemOf);
    return items.length === 0 ? [] : [{ label, kind: QuickPickItemKind.Separator }, ...items];
  };
  return [...section('Phases', 'phase'), ...section('Plans', 'plan')];
}

function itemOf(spec: SpecFile): SpecItem {
  const icon = spec.valid ? (spec.kind === 'plan' ? 'layers' : 'play') : 'error';
  const description = spec.valid ? path.basename(spec.file) : '';
  return { label: `$(${icon}) ${spec.title}`, description, detail: spec.detail, spec };
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
