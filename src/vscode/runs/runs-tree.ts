import {
  type Disposable,
  EventEmitter,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
} from 'vscode';
import type { Workspace } from '../../compose.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { RunState } from '../../domain/run.ts';
import type { Session } from '../session.ts';
import { type Attempt, openAttempts } from './attempts.ts';
import { type Row, type RunFacts, rowOfAttempt, rowOfPhase, rowOfRun } from './rows.ts';

/** An entry of the Runs tree. Commands get it as their argument. */
export type RunsNode =
  | { readonly kind: 'run'; readonly runId: string; readonly row: Row; readonly open: boolean }
  | {
      readonly kind: 'phase';
      readonly runId: string;
      readonly phaseId: string;
      readonly row: Row;
      readonly open: boolean;
    }
  | {
      readonly kind: 'attempt';
      readonly runId: string;
      readonly phaseId: string;
      readonly number: number;
      readonly row: Row;
    }
  | { readonly kind: 'earlier' }
  | { readonly kind: 'more'; readonly before: string };

const recentDays = 7;
const pageSize = 100;
const unfolded: ReadonlySet<RunState> = new Set(['planning', 'running', 'awaiting-review']);

/** Runs → phases → attempts, newest run first; older runs under one row of their own. */
export class RunsTree implements TreeDataProvider<RunsNode>, Disposable {
  readonly #session: Session;
  readonly #changed = new EventEmitter<undefined>();
  readonly #attemptsOf = openAttempts();
  readonly #listening: Disposable;
  readonly onDidChangeTreeData = this.#changed.event;
  #earlierPages = 1;

  constructor(session: Session) {
    this.#session = session;
    this.#listening = session.onDidChange(() => this.#changed.fire(undefined));
  }

  refresh(): void {
    this.#changed.fire(undefined);
  }

  showMore(): void {
    this.#earlierPages += 1;
    this.#changed.fire(undefined);
  }

  async getChildren(node?: RunsNode): Promise<RunsNode[]> {
    try {
      return [...(await this.#session.use((workspace) => this.#childrenIn(workspace, node)))];
    } catch (error) {
      // What stands in the way is said by the view's welcome text.
      if (error instanceof EngineError) return [];
      throw error;
    }
  }

  getTreeItem(node: RunsNode): TreeItem {
    switch (node.kind) {
      case 'earlier':
        return new TreeItem('Earlier', TreeItemCollapsibleState.Collapsed);
      case 'more': {
        const item = new TreeItem('Show More', TreeItemCollapsibleState.None);
        item.command = { command: 'countersign.showMoreRuns', title: 'Show More' };
        return item;
      }
      case 'attempt':
        return itemOf(node.row, TreeItemCollapsibleState.None, `${node.runId}/${node.phaseId}/${node.number}`);
      case 'phase':
        return itemOf(node.row, foldOf(node.open), `${node.runId}/${node.phaseId}`);
      case 'run':
        return itemOf(node.row, foldOf(node.open), node.runId);
    }
  }

  dispose(): void {
    this.#listening.dispose();
    this.#changed.dispose();
  }

  async #childrenIn(workspace: Workspace, node: RunsNode | undefined): Promise<readonly RunsNode[]> {
    switch (node?.kind) {
      case undefined:
        return recentRuns(workspace);
      case 'earlier':
        return earlierRuns(workspace, this.#earlierPages);
      case 'run':
        return phasesOf(workspace, node.runId);
      case 'phase': {
        const attempts = await this.#attemptsOf(workspace, node.runId);
        return attempts.filter(({ phaseId }) => phaseId === node.phaseId).map(attemptNode);
      }
      default:
        return [];
    }
  }
}

const weekAgo = () => new Date(Date.now() - recentDays * 86_400_000).toISOString();

function recentRuns({ ledger }: Workspace): readonly RunsNode[] {
  const since = weekAgo();
  const recent = ledger.runs({ limit: pageSize, since }).map((run) => runNode(run, ledger.isRunLive(run.id)));
  return ledger.countRuns({ until: since }) > 0 ? [...recent, { kind: 'earlier' }] : recent;
}

function earlierRuns({ ledger }: Workspace, pages: number): readonly RunsNode[] {
  const runs = ledger.runs({ limit: pages * pageSize + 1, until: weekAgo() });
  const shown = runs.slice(0, pages * pageSize).map((run) => runNode(run, ledger.isRunLive(run.id)));
  const last = runs.at(-1);
  return runs.length > shown.length && last ? [...shown, { kind: 'more', before: last.id }] : shown;
}

function runNode(run: RunFacts, live: boolean): RunsNode {
  return { kind: 'run', runId: run.id, row: rowOfRun(run, live, new Date()), open: unfolded.has(run.state) };
}

function phasesOf({ ledger, signable }: Workspace, runId: string): readonly RunsNode[] {
  const run = ledger.run(runId);
  if (!run) return [];
  const toSign = new Set(signable(run).map(({ id }) => id));
  return run.phases.map((phase) => ({
    kind: 'phase',
    runId,
    phaseId: phase.id,
    row: rowOfPhase(phase, toSign.has(phase.id)),
    open: false,
  }));
}

function attemptNode(attempt: Attempt): RunsNode {
  const { runId, phaseId, number } = attempt;
  return { kind: 'attempt', runId, phaseId, number, row: rowOfAttempt(attempt) };
}

const foldOf = (open: boolean) => (open ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed);

function itemOf(row: Row, fold: TreeItemCollapsibleState, id: string): TreeItem {
  const item = new TreeItem(row.label, fold);
  item.id = id;
  item.description = row.description;
  item.iconPath = new ThemeIcon(row.icon, row.color === null ? undefined : new ThemeColor(row.color));
  item.contextValue = row.contextValue;
  item.accessibilityInformation = {
    label: `${row.label}. ${row.facts.map(([name, value]) => `${name}: ${value}`).join('. ')}`,
  };
  const tooltip = new MarkdownString();
  tooltip.appendMarkdown('**');
  tooltip.appendText(row.label);
  tooltip.appendMarkdown('**');
  for (const [name, value] of row.facts) {
    tooltip.appendMarkdown(`\n\n${name}: `);
    tooltip.appendText(value);
  }
  item.tooltip = tooltip;
  return item;
}
