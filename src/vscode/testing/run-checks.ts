import path from 'node:path';
import {
  type CancellationToken,
  Diagnostic,
  type DiagnosticCollection,
  DiagnosticSeverity,
  l10n,
  Range,
  type TestController,
  type TestItem,
  type TestRun,
  type TestRunRequest,
  Uri,
  workspace,
} from 'vscode';
import type { Workspace } from '../../compose.ts';
import type { CheckResult } from '../../domain/checks.ts';
import { EngineError, faultOf } from '../../domain/engine-error.ts';
import type { PhaseSpec } from '../../domain/spec.ts';
import type { App } from '../app.ts';
import { askForApproval } from '../commands/approve-configuration.ts';
import { showFault, textOf } from '../show-fault.ts';
import type { CheckItems } from './check-items.ts';
import { type CheckItem, CheckRun, type FailurePlace } from './check-run.ts';

/** A phase whose checks are to run, with those of them that were chosen. */
interface Chosen {
  readonly phase: TestItem;
  readonly uri: Uri;
  readonly phaseId: string;
  readonly checks: readonly CheckItem[];
}

export interface CheckRunning {
  readonly app: App;
  readonly controller: TestController;
  readonly items: CheckItems;
  readonly problems: DiagnosticCollection;
}

/**
 * Runs the chosen checks on the last commit, as those of a change are run. No model is asked, and nothing in a folder
 * that is not trusted.
 */
export async function runChecks(
  running: CheckRunning,
  request: TestRunRequest,
  token: CancellationToken,
): Promise<void> {
  const { app, controller, items, problems } = running;
  if (!workspace.isTrusted) return;
  await items.discover();
  const stopped = new AbortController();
  token.onCancellationRequested(() => stopped.abort());
  problems.clear();
  const run = controller.createTestRun(request);
  try {
    for (const chosen of choose(items, request)) {
      if (token.isCancellationRequested) break;
      await runPhaseChecks(running, run, chosen, stopped.signal);
    }
  } catch (error) {
    showFault(error, app.log, app.session.folder?.uri.fsPath ?? null);
  } finally {
    run.end();
  }
}

/** What was asked for, phase by phase; everything where nothing is named. */
function choose(items: CheckItems, { include, exclude }: TestRunRequest): readonly Chosen[] {
  const left = new Set(exclude ?? []);
  const isLeft = (item: TestItem | undefined): boolean => item !== undefined && (left.has(item) || isLeft(item.parent));
  const wanted = new Set(include ?? items.phases);
  const isWanted = (item: TestItem | undefined): boolean =>
    item !== undefined && (wanted.has(item) || isWanted(item.parent));
  return items.phases.flatMap((phase) => {
    const meaning = items.meaning(phase);
    if (meaning?.kind !== 'phase') return [];
    const checks = items.checksOf(phase).filter(({ item }) => isWanted(item) && !isLeft(item));
    return checks.length > 0 ? [{ phase, uri: meaning.uri, phaseId: meaning.phaseId, checks }] : [];
  });
}

async function runPhaseChecks(
  { app, items, problems }: CheckRunning,
  run: TestRun,
  { phase, uri, phaseId, checks }: Chosen,
  signal: AbortSignal,
): Promise<void> {
  const told = new CheckRun(run, checks);
  try {
    const folder = workspace.getWorkspaceFolder(uri);
    if (folder) app.session.workIn(folder);
    await workspace.textDocuments
      .find(({ uri: each, isDirty }) => isDirty && each.toString() === uri.toString())
      ?.save();
    // What the folder's configuration says of checks counts only once it is approved.
    await askForApproval(app);
    await app.session.run(async (opened) => {
      const { plan } = await opened.readNamedFiles([uri.fsPath], path.dirname(uri.fsPath));
      const spec = plan.tiers.flatMap(({ phases }) => phases).find(({ id }) => id === phaseId);
      if (!spec) throw new EngineError({ code: 'spec/not-found', file: uri.fsPath });
      const all = items.checksOf(phase);
      const indexes = new Set(checks.map(({ item }) => all.findIndex((each) => each.item === item)));
      const part = { ...spec, verify: spec.verify.filter((_, index) => indexes.has(index)) };
      await checkAtHead(opened, part, told, problems, signal);
    });
    told.close();
  } catch (error) {
    const fault = faultOf(error);
    told.close(fault.code === 'interrupted' ? null : textOf(fault).message);
    if (fault.code !== 'interrupted') throw error;
  }
}

async function checkAtHead(
  opened: Workspace,
  spec: PhaseSpec,
  told: CheckRun,
  problems: DiagnosticCollection,
  signal: AbortSignal,
): Promise<void> {
  const { checkHead, placedFailures } = await import('../../compose/check-head.ts');
  const { commit } = await opened.repository.head();
  told.say(
    l10n.t('On commit {0}, in a worktree of its own. What is not committed is not part of it.', commit.slice(0, 7)),
  );
  const files = new Set(await opened.repository.tree(commit).paths());
  const placesOf = (result: CheckResult): readonly FailurePlace[] =>
    result.outcome === 'passed'
      ? []
      : placedFailures(result.output, files).map(({ name, detail, file, line }) => ({
          text: detail === '' ? name : `${name}\n${detail}`,
          uri: Uri.file(path.join(opened.repository.root, file)),
          line: line - 1,
        }));
  const progress = {
    onStart: async (command: string) => told.started(command),
    onEnd: async (result: CheckResult) => {
      const places = placesOf(result);
      told.ended(result, places);
      addProblems(problems, result.command, places);
    },
  };
  await checkHead(opened, spec, progress, signal);
}

/** What a check's output names a place for stands among the Problems until checks run again. */
function addProblems(problems: DiagnosticCollection, command: string, places: readonly FailurePlace[]): void {
  for (const { text, uri, line } of places) {
    const problem = new Diagnostic(new Range(line, 0, line, Number.MAX_SAFE_INTEGER), text, DiagnosticSeverity.Error);
    problem.source = `Countersign: ${command}`;
    problems.set(uri, [...(problems.get(uri) ?? []), problem]);
  }
}
