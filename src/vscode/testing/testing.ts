import { Disposable, l10n, languages, TestRunProfileKind, tests, workspace } from 'vscode';
import { fileKindOf } from '../../manifest/file-kinds.ts';
import type { App } from '../app.ts';
import { throttled } from '../throttled.ts';
import { CheckItems, runnable } from './check-items.ts';
import { LiveChecks } from './live-checks.ts';
import { PastChecks } from './past-checks.ts';

/** Past runs are looked for at most this often. */
const intervalMs = 2000;

/**
 * Each phase's checks in the Testing view: what specs ask for, how they come out while a run is under way, and how they
 * came out in past runs. Nothing is read before the view is opened, a spec is, or a check runs.
 */
export function registerTesting(app: App): Disposable {
  const { session, log } = app;
  const controller = tests.createTestController('countersign.checks', 'Countersign');
  const items = new CheckItems(controller);
  const past = new PastChecks(controller, session, items);
  const problems = languages.createDiagnosticCollection('countersign-checks');
  const onError = (error: unknown) => log.error(error instanceof Error ? error : String(error));
  const live = new LiveChecks({
    controller,
    session,
    items,
    onError,
    placeOf: async (folder, runId, phaseId) => {
      await items.discover();
      return items.phase(folder, phaseId) ?? past.placeOf(runId, phaseId);
    },
  });
  const show = async () => {
    const first = !items.isDiscovered;
    await items.discover();
    if (first) await past.begin();
  };
  controller.resolveHandler = async (item) => {
    if (item === undefined) await show();
    else if (past.isRoot(item)) await past.update();
  };
  controller.refreshHandler = async () => {
    past.clear();
    await items.rediscover();
    await past.begin();
  };
  let shown = session.folder?.uri.toString();
  const follow = throttled(() => {
    const folder = session.folder?.uri.toString();
    // The runs of another folder are others.
    if (folder !== shown) past.clear();
    shown = folder;
    if (items.isDiscovered) void past.follow().catch(onError);
  }, intervalMs);
  return Disposable.from(
    controller,
    problems,
    { dispose: () => follow.cancel() },
    { dispose: () => live.end() },
    offerRunning({ app, controller, items, problems }),
    followSpecs(items, show, onError),
    session.onEvent((event) => live.hear(event)),
    session.onDidChange(follow),
  );
}

/** Running checks is offered once the folder is trusted. */
function offerRunning(running: Parameters<typeof import('./run-checks.ts').runChecks>[0]): Disposable {
  const offer = () =>
    running.controller.createRunProfile(
      l10n.t('Run checks on the last commit'),
      TestRunProfileKind.Run,
      async (request, token) => {
        const { runChecks } = await import('./run-checks.ts');
        await runChecks(running, request, token);
      },
      true,
      runnable,
    );
  if (workspace.isTrusted) return offer();
  return workspace.onDidGrantWorkspaceTrust(offer);
}

/** A spec that is opened has its checks in the gutter; one that is written has them as they are now. */
function followSpecs(items: CheckItems, show: () => Promise<void>, onError: (error: unknown) => void): Disposable {
  const isSpec = (path: string) => ['phase', 'plan'].includes(fileKindOf(path) ?? '');
  const watcher = workspace.createFileSystemWatcher('**/.countersign/{phases,plans}/*');
  const update = (uri: Parameters<CheckItems['update']>[0]) => void items.update(uri).catch(onError);
  const look = ({ uri }: { readonly uri: Parameters<CheckItems['update']>[0] }) => {
    if (uri.scheme === 'file' && isSpec(uri.path)) void show().catch(onError);
  };
  for (const document of workspace.textDocuments) look(document);
  return Disposable.from(
    watcher,
    watcher.onDidChange(update),
    watcher.onDidCreate(update),
    watcher.onDidDelete(update),
    workspace.onDidOpenTextDocument(look),
  );
}
