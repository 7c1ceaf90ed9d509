import { l10n, type TestController, type TestItem } from 'vscode';
import { readerLanguage } from '../../contract/words.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { PhaseRecord, RunRecord } from '../../domain/run.ts';
import { titleOf } from '../../domain/spec.ts';
import type { Session } from '../session.ts';
import type { CheckItems } from './check-items.ts';
import { publishReport } from './check-run.ts';

/** So many runs back results are shown. */
const mostRuns = 20;

/** Checks of past runs: the last result of each spec's phase, and the runs themselves below an item of their own. */
export class PastChecks {
  readonly #controller: TestController;
  readonly #session: Session;
  readonly #items: CheckItems;
  /** Runs that are shown, with the state they were shown in. */
  readonly #shown = new Map<string, string>();
  #root: TestItem | null = null;

  constructor(controller: TestController, session: Session, items: CheckItems) {
    this.#controller = controller;
    this.#session = session;
    this.#items = items;
  }

  isRoot(item: TestItem): boolean {
    return item === this.#root;
  }

  /** What each phase's checks last came to, and a place for the runs that can be unfolded. */
  async begin(): Promise<void> {
    const runs = await this.#runs();
    if (runs.length > 0) this.#rootItem();
    const folder = this.#session.folder?.uri;
    const seen = new Set<string>();
    const last = runs.flatMap(({ phases }) =>
      phases.flatMap((record) => {
        const phase = folder && record.checks && !seen.has(record.id) ? this.#items.phase(folder, record.id) : null;
        if (!phase || !record.checks) return [];
        seen.add(record.id);
        return [{ phase, checks: this.#items.checksOf(phase), report: record.checks }];
      }),
    );
    if (last.length > 0) publishReport(this.#controller, l10n.t('Last results'), last);
  }

  /** Shows runs that are new or have gone on, the newest last, so that the editor has it on top. */
  async update(): Promise<void> {
    const root = this.#rootItem();
    for (const run of [...(await this.#runs())].reverse()) {
      const state = `${run.state} ${run.endedAt} ${run.phases.map(({ attempts }) => attempts).join()}`;
      if (this.#shown.get(run.id) === state) continue;
      this.#shown.set(run.id, state);
      this.#show(root, run);
    }
  }

  /** A run may have begun or gone on, here or in another process. */
  async follow(): Promise<void> {
    if (this.#shown.size > 0) await this.update();
    else if (!this.#root && (await this.#runs()).length > 0) this.#rootItem();
  }

  /** A place for a phase of a run under way that no spec file of this window has. */
  async placeOf(runId: string, phaseId: string): Promise<TestItem | null> {
    const run = await this.#session.look(({ reader }) => reader.run(runId));
    const record = run?.phases.find(({ id }) => id === phaseId);
    if (!run || !record) return null;
    return this.#phaseItem(this.#runItem(this.#rootItem(), run), record);
  }

  /** Another folder is worked in: its runs are others. */
  clear(): void {
    if (this.#root) this.#controller.items.delete(this.#root.id);
    this.#root = null;
    this.#shown.clear();
  }

  async #runs(): Promise<readonly RunRecord[]> {
    try {
      return await this.#session.look(async ({ reader }) => {
        const summaries = await reader.runs({ limit: mostRuns });
        const records = await Promise.all(summaries.map(({ id }) => reader.run(id)));
        return records.filter((run): run is RunRecord => run?.phases.some(({ checks }) => checks !== null) === true);
      });
    } catch (error) {
      // Without a repository there are no runs; what is wrong with it is said where something is to be done.
      if (error instanceof EngineError) return [];
      throw error;
    }
  }

  #rootItem(): TestItem {
    if (this.#root) return this.#root;
    const root = this.#controller.createTestItem('past', l10n.t('Past runs'));
    root.canResolveChildren = true;
    // After every spec.
    root.sortText = '\u{10ffff}';
    this.#controller.items.add(root);
    this.#root = root;
    return root;
  }

  #show(root: TestItem, run: RunRecord): void {
    const parent = this.#runItem(root, run);
    const reports = run.phases.flatMap((record) => {
      if (!record.checks) return [];
      const phase = this.#phaseItem(parent, record);
      return [{ phase, checks: this.#items.checksOf(phase), report: record.checks }];
    });
    if (reports.length > 0) publishReport(this.#controller, parent.label, reports);
  }

  #runItem(root: TestItem, { id, plan, startedAt }: RunRecord): TestItem {
    const known = root.children.get(id);
    if (known) return known;
    const item = this.#controller.createTestItem(id, plan.goal.trim().split('\n', 1)[0] as string);
    item.description = new Date(startedAt).toLocaleString(readerLanguage());
    item.sortText = newestFirst(startedAt);
    root.children.add(item);
    return item;
  }

  #phaseItem(parent: TestItem, { runId, id, spec }: PhaseRecord): TestItem {
    const name = `${runId}/${id}`;
    const commands = spec.verify.map(({ run }) => run);
    return parent.children.get(name) ?? this.#items.makePhase(parent, name, titleOf(spec), commands);
  }
}

const latest = 9_999_999_999_999;

/** A text that sorts the other way round than the time. */
function newestFirst(iso: string): string {
  return String(latest - Date.parse(iso)).padStart(13, '0');
}
