import {
  type Disposable,
  EventEmitter,
  l10n,
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
import { rowOfTier, tiersOf } from './tiers.ts';

/** An entry of the Runs tree. Commands get it as their argument. */
export type RunsNode =
  | { readonly kind: 'run'; readonly runId: string; readonly row: Row; readonly open: boolean }
  | {
      readonly kind: 'tier';
      readonly runId: string;
      readonly tierId: string;
      readonly row: Row;
      readonly open: boolean;
    }
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
  | { readonly kind: 'more'; readonly of: 'recent' | 'earlier' };

const recentDays = 7;
const pageSize = 200;
const unfolded: ReadonlySet<RunState> = new Set(['planning', 'running', 'awaiting-review']);

/** Runs → tiers, where there are several → phases → attempts, newest run first; older runs under one row of their own. */
export class RunsTree implements TreeDataProvider<RunsNode>, Disposable {
  readonly #session: Session;
  readonly #changed = new EventEmitter<undefined>();
  readonly #listening: Disposable;
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #pages = { recent: 1, earlier: 1 };

  constructor(session: Session) {
    this.#session = session;
    this.#listening = session.onDidChange(() => this.#changed.fire(undefined));
  }

  refresh(): void {
    this.#changed.fire(undefined);
  }

  showMore(of: 'recent' | 'earlier'): void {
    this.#pages[of] += 1;
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
        return new TreeItem(l10n.t('Earlier'), TreeItemCollapsibleState.Collapsed);
      case 'more': {
        const item = new TreeItem(l10n.t('Show More'), TreeItemCollapsibleState.None);
        item.command = { command: 'countersign.showMoreRuns', arguments: [node.of], title: l10n.t('Show More') };
        return item;
      }
      case 'attempt':
        return itemOf(node.row, TreeItemCollapsibleState.None, `${node.runId}/${node.phaseId}/${node.number}`);
      case 'phase':
        return itemOf(node.row, foldOf(node.open), `${node.runId}/${node.phaseId}`);
      case 'tier':
        return itemOf(node.row, foldOf(node.open), `${node.runId}:${node.tierId}`);
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
        return recentRuns(history, this.#pages.recent);
      case 'earlier':
        return page(history.reader, { until: weekAgo() }, this.#pages.earlier);
      case 'run':
        return tiersOrPhases(history, node.runId);
      case 'tier':
        return phasesOf(history, node.runId, node.tierId);
      case 'phase':
        return attemptsOf(history, node.runId, node.phaseId);
      default:
        return [];
    }
  }
}

const weekAgo = () => new Date(Date.now() - recentDays * 86_400_000).toISOString();

/** A page of the list more each time that the user asks for it; the last row asks. */
async function page(reader: Reader, period: Period, pages: number): Promise<readonly RunsNode[]> {
  const runs = await reader.runs({ ...period, limit: pages * pageSize + 1 });
  const nodes = await runNodes(reader, runs.slice(0, pages * pageSize));
  return runs.length > nodes.length ? [...nodes, { kind: 'more', of: period.since ? 'recent' : 'earlier' }] : nodes;
}

async function recentRuns({ reader }: History, pages: number): Promise<readonly RunsNode[]> {
  const since = weekAgo();
  const [nodes, earlier] = await Promise.all([page(reader, { since }, pages), reader.countRuns({ until: since })]);
  return earlier > 0 ? [...nodes, { kind: 'earlier' }] : nodes;
}

type Reader = History['reader'];
type Period = { readonly since?: string; readonly until?: string };

/** Only a run that has no end yet can be live. */
function runNodes(reader: Reader, runs: Awaited<ReturnType<Reader['runs']>>): Promise<readonly RunsNode[]> {
  return Promise.all(runs.map(async (run) => runNode(run, run.endedAt === null && (await reader.isRunLive(run.id)))));
}

function runNode(run: RunFacts, live: boolean): RunsNode {
  return { kind: 'run', runId: run.id, row: rowOfRun(run, live, new Date()), open: unfolded.has(run.state) };
}

async function tiersOrPhases(history: History, runId: string): Promise<readonly RunsNode[]> {
  const { reader } = history;
  const run = await reader.run(runId);
  if (!run || run.plan.tiers.length < 2) return phasesOf(history, runId, null);
  const [events, live] = await Promise.all([reader.events(runId), reader.isRunLive(runId)]);
  return tiersOf(run, events).map((tier) => {
    const open = tier.begun && tier.end?.state !== 'clean';
    return { kind: 'tier', runId, tierId: tier.id, row: rowOfTier(tier, live), open };
  });
}

/** Of one tier, or of all. */
async function phasesOf(
  { reader, signable }: History,
  runId: string,
  tierId: string | null,
): Promise<readonly RunsNode[]> {
  const run = await reader.run(runId);
  if (!run) return [];
  const toSign = new Set(signable(run).map(({ id }) => id));
  const phases = run.phases.filter((phase) => tierId === null || phase.tierId === tierId);
  return phases.map((phase) => ({
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
