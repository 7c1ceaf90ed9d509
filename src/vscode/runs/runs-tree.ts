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
import type { History } from '../../compose/open-history.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { RunState } from '../../domain/run.ts';
import type { Session } from '../session.ts';
import { type Attempt, attemptOf } from './attempts.ts';
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
      return [...(await this.#session.look((history) => this.#childrenIn(history, node)))];
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

  /** Only what is pointed at: the editor reads the Markdown of every tooltip that it is given. */
  resolveTreeItem(item: TreeItem, node: RunsNode): TreeItem {
    if ('row' in node) item.tooltip = tooltipOf(node.row);
    return item;
  }

  dispose(): void {
    this.#listening.dispose();
    this.#changed.dispose();
  }

  #childrenIn(history: History, node: RunsNode | undefined): Promise<readonly RunsNode[]> | readonly RunsNode[] {
    switch (node?.kind) {
      case undefined:
        return recentRuns(history);
      case 'earlier':
        return earlierRuns(history, this.#earlierPages);
      case 'run':
        return phasesOf(history, node.runId);
      case 'phase':
        return attemptsOf(history, node.runId, node.phaseId);
      default:
        return [];
    }
  }
}

const weekAgo = () => new Date(Date.now() - recentDays * 86_400_000).toISOString();

async function recentRuns({ reader }: History): Promise<readonly RunsNode[]> {
  const since = weekAgo();
  const [recent, earlier] = await Promise.all([
    reader.runs({ limit: pageSize, since }),
    reader.countRuns({ until: since }),
  ]);
  const nodes = await runNodes(reader, recent);
  return earlier > 0 ? [...nodes, { kind: 'earlier' }] : nodes;
}

async function earlierRuns({ reader }: History, pages: number): Promise<readonly RunsNode[]> {
  const runs = await reader.runs({ limit: pages * pageSize + 1, until: weekAgo() });
  const shown = await runNodes(reader, runs.slice(0, pages * pageSize));
  const last = runs.at(-1);
  return runs.length > shown.length && last ? [...shown, { kind: 'more', before: last.id }] : shown;
}

type Reader = History['reader'];

/** Only a run that has no end yet can be live. */
function runNodes(reader: Reader, runs: Awaited<ReturnType<Reader['runs']>>): Promise<readonly RunsNode[]> {
  return Promise.all(runs.map(async (run) => runNode(run, run.endedAt === null && (await reader.isRunLive(run.id)))));
}

function runNode(run: RunFacts, live: boolean): RunsNode {
  return { kind: 'run', runId: run.id, row: rowOfRun(run, live, new Date()), open: unfolded.has(run.state) };
}

async function phasesOf({ reader, signable }: History, runId: string): Promise<readonly RunsNode[]> {
  const run = await reader.run(runId);
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

async function attemptsOf({ reader }: History, runId: string, phaseId: string): Promise<readonly RunsNode[]> {
  const [phase, records] = await Promise.all([reader.phase(runId, phaseId), reader.attempts(runId)]);
  const own = records.filter((attempt) => attempt.phaseId === phaseId);
  return own.map((record) => attemptNode(attemptOf(record, phase?.reason ?? null)));
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
  return item;
}

function tooltipOf(row: Row): MarkdownString {
  const tooltip = new MarkdownString();
  tooltip.appendMarkdown('**');
  tooltip.appendText(row.label);
  tooltip.appendMarkdown('**');
  for (const [name, value] of row.facts) {
    tooltip.appendMarkdown(`\n\n${name}: `);
    tooltip.appendText(value);
  }
  return tooltip;
}
