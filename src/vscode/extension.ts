import { commands, type ExtensionContext, l10n, RelativePattern, window, workspace } from 'vscode';
import { speak } from '../contract/words.ts';
import { describeEvent } from '../domain/describe-event.ts';
import { contextKeys } from '../manifest/context-keys.ts';
import { viewIds } from '../manifest/views.ts';
import { agreesToRunOpen } from './agree-without-sandbox.ts';
import { openApiKeys } from './api-keys.ts';
import type { App } from './app.ts';
import { AuditProblems } from './audit/problems.ts';
import { registerAgentTools } from './chat/agent-tools.ts';
import { registerMcpProvider } from './chat/mcp-provider.ts';
import { type Answer, answerWith, registerParticipant } from './chat/participant.ts';
import { editorClient } from './models/editor-client.ts';
import { OverviewKeeper } from './overview.ts';
import { registerPlanFiles } from './plans/plan-files.ts';
import { ReviewProblems } from './problems/review-problems.ts';
import { registerCommands } from './register-commands.ts';
import { FindingThreads } from './review/findings.ts';
import { registerHunkLens } from './review/hunk-lens.ts';
import { HunkMarks } from './review/hunk-marks.ts';
import { Hunks } from './review/hunks.ts';
import { registerProposalFiles } from './review/proposal-files.ts';
import { followReviewKeys } from './review/review-keys.ts';
import { ReviewTree } from './review/review-tree.ts';
import { Reviews } from './review/reviews.ts';
import { saveEdits } from './review/save-edits.ts';
import { ReviewSummary } from './review-summary/review-summary.ts';
import { RunsTree } from './runs/runs-tree.ts';
import { Session } from './session.ts';
import { textOf } from './show-fault.ts';
import { registerPhaseActions } from './specs/phase-actions.ts';
import { registerSpecLanguage } from './specs/spec-language.ts';
import { SpecLens } from './specs/spec-lens.ts';
import { SpecProblems } from './specs/spec-problems.ts';
import { SpendViewProvider } from './spend/spend-view.ts';
import { StatusBar } from './status-bar.ts';
import { registerTesting } from './testing/testing.ts';
import { watchTraining } from './training/timer.ts';
import { Training } from './training/training.ts';
import { registerAttemptFiles } from './trajectories/attempt-files.ts';
import { Trajectories } from './trajectories/trajectories.ts';
import { spokenHere } from './webview-page.ts';

/** What other extensions may use. */
export interface Exports {
  /** What `@countersign` answers, for a chat of another extension's own. */
  readonly answer: Answer;
}

/** Puts our places in the window. The engine is loaded when something is to be shown or done. */
export function activate(context: ExtensionContext): Exports {
  speak(spokenHere());
  const log = window.createOutputChannel('Countersign', { log: true });
  const keys = openApiKeys(context);
  const session = new Session({
    keys,
    log,
    otherClient: editorClient,
    mayRunOpen: (root, reason) => agreesToRunOpen(context.workspaceState, root, reason),
  });
  const overview = new OverviewKeeper(session);
  const status = new StatusBar(overview);
  const hunks = new Hunks(session, context.workspaceState);
  const app: App = {
    context,
    log,
    keys,
    session,
    overview,
    reviews: new Reviews(session),
    hunks,
    findings: new FindingThreads(session),
    summary: new ReviewSummary({ context, log, session, hunks }),
    runs: new RunsTree(session),
    status,
    trajectories: new Trajectories({ context, log, session, status }),
    training: new Training({ context, keys, log, session, status }),
    problems: new AuditProblems(),
  };
  const spend = new SpendViewProvider(app);
  const answer = answerWith(session);
  context.subscriptions.push(
    log,
    session,
    overview,
    app.reviews,
    app.runs,
    app.status,
    app.trajectories,
    app.training,
    app.problems,
    spend,
    ...registerCommands(app),
    registerProposalFiles(session, hunks.drafts),
    saveEdits(),
    hunks,
    app.summary,
    app.findings,
    new HunkMarks(hunks),
    ...registerHunkLens(hunks),
    ...followReviewKeys(hunks),
    registerAttemptFiles(session),
    registerPlanFiles(session),
    registerSpecLanguage(),
    registerPhaseActions(),
    new SpecLens(session),
    registerParticipant(answer),
    registerAgentTools(session),
    registerMcpProvider(session),
    new SpecProblems(session),
    new ReviewProblems(session, overview),
    registerTesting(app),
    watchTraining(app),
    window.registerWebviewViewProvider(viewIds.spend, spend, { webviewOptions: { retainContextWhenHidden: false } }),
  );
  showRuns(app);
  showReviews(app, new ReviewTree(session, app.reviews, hunks));
  logEvents(app);
  followConfiguration(app);
  // Reading the repository takes most of the code: the window need not wait for it.
  setImmediate(() => void overview.update());
  return { answer };
}

/** The Runs tree, and the keys that menus ask for. */
function showRuns({ context, session, runs, overview }: App): void {
  const tree = window.createTreeView(viewIds.runs, { treeDataProvider: runs, showCollapseAll: true });
  const setKey = (key: string, value: unknown) => void commands.executeCommand('setContext', key, value);
  const listening = overview.onDidChange(({ situation, live, fault }) => {
    setKey(contextKeys.situation, situation);
    setKey(contextKeys.live, live.length > 0);
    setKey(contextKeys.paused, live.length > 0 && live.every(({ paused }) => paused));
    tree.description = (workspace.workspaceFolders?.length ?? 0) > 1 ? (session.folder?.name ?? '') : '';
    tree.message = fault ? Object.values(textOf(fault)).join(' ') : '';
    if (!workspace.isTrusted) void untrustedMessage(session).then((message) => (tree.message = message));
  });
  context.subscriptions.push(tree, listening);
}

/** The changes that wait, with how many they are on the activity bar. */
function showReviews({ context, overview }: App, reviewTree: ReviewTree): void {
  const tree = window.createTreeView(viewIds.review, { treeDataProvider: reviewTree, showCollapseAll: true });
  const listening = overview.onDidChange(({ waiting }) => {
    void commands.executeCommand('setContext', contextKeys.hasReview, waiting.length > 0);
    const words = waiting.length === 1 ? l10n.t('1 change to sign') : l10n.t('{0} changes to sign', waiting.length);
    tree.badge = waiting.length > 0 ? { value: waiting.length, tooltip: words } : undefined;
  });
  context.subscriptions.push(tree, reviewTree, listening);
}

/** Above the past runs of an untrusted folder; without any, the view's welcome text says it. */
async function untrustedMessage(session: Session): Promise<string> {
  const runs = await session.look(({ reader }) => reader.countRuns({})).catch(() => 0);
  return runs === 0 ? '' : l10n.t('This folder is not trusted: past runs are shown, nothing runs.');
}

function logEvents({ context, session, log }: App): void {
  const listening = session.onEvent((event) => {
    const text = describeEvent(event);
    if (text === null) return;
    if (event.stage === 'ERROR') log.warn(text);
    else log.info(text);
  });
  context.subscriptions.push(listening);
}

/** Settings, keys and files that say how work is done, and the repository that may not be there yet. */
function followConfiguration({ context, session, runs, overview }: App): void {
  const refresh = () => session.refresh();
  // In every folder of the window: which of them is worked in may change.
  const watch = (pattern: string, changed: () => void) => {
    for (const folder of workspace.workspaceFolders ?? []) {
      if (folder.uri.scheme !== 'file') continue;
      const watcher = workspace.createFileSystemWatcher(new RelativePattern(folder, pattern));
      context.subscriptions.push(watcher, watcher.onDidChange(changed), watcher.onDidCreate(changed));
    }
  };
  watch('.countersign/config.yaml', refresh);
  // Of git only its beginning matters: the index changes with every landing.
  watch('.git/{HEAD,index}', () => overview.current.situation !== 'ready' && refresh());
  context.subscriptions.push(
    workspace.onDidChangeConfiguration((change) => change.affectsConfiguration('countersign') && refresh()),
    workspace.onDidGrantWorkspaceTrust(refresh),
    window.onDidChangeWindowState(({ focused }) => {
      if (!focused) return;
      // The command line may have approved it meanwhile.
      if (overview.current.situation === 'unapproved') refresh();
      else runs.refresh();
    }),
  );
}
