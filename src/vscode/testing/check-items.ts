import { Range, RelativePattern, type TestController, type TestItem, TestTag, type Uri, workspace } from 'vscode';
import type { PhaseOutline } from '../../compose/examine-spec.ts';
import { fileKindOf } from '../../manifest/file-kinds.ts';

/** What can be run has this tag: the checks of specs, not those of past runs. */
export const runnable = new TestTag('countersign.check');

/** What an item stands for. */
export type Meaning =
  | { readonly kind: 'plan' }
  | { readonly kind: 'phase'; readonly uri: Uri; readonly phaseId: string }
  /** `index` counts the checks of its phase from 0. */
  | { readonly kind: 'check'; readonly index: number; readonly command: string };

const specFiles = '.countersign/{phases,plans}/*.{yaml,yml,json}';

/** The phases that spec files of this window have, each with its checks, as items of the Testing view. */
export class CheckItems {
  readonly #controller: TestController;
  readonly #meanings = new WeakMap<TestItem, Meaning>();
  readonly #roots = new Map<string, TestItem>();
  #discovering: Promise<void> | null = null;

  constructor(controller: TestController) {
    this.#controller = controller;
  }

  get isDiscovered(): boolean {
    return this.#discovering !== null;
  }

  /** Reads every spec once; afterwards `update` follows what changes. */
  discover(): Promise<void> {
    this.#discovering ??= this.#readAll();
    return this.#discovering;
  }

  async rediscover(): Promise<void> {
    for (const root of [...this.#roots.keys()]) this.#remove(root);
    this.#discovering = null;
    await this.discover();
  }

  /** A spec file was written, made or removed. Until the first discovery there is nothing to follow. */
  async update(uri: Uri): Promise<void> {
    if (!this.#discovering) return;
    await this.#discovering;
    await this.#read(uri);
    const root = this.#roots.get(uri.toString());
    if (root) this.#controller.invalidateTestResults(root);
  }

  meaning(item: TestItem): Meaning | null {
    return this.#meanings.get(item) ?? null;
  }

  /** Phases at or below an item, in their order. */
  phasesIn(item: TestItem): readonly TestItem[] {
    const meaning = this.meaning(item);
    if (meaning?.kind === 'phase') return [item];
    if (meaning?.kind !== 'plan') return [];
    return [...item.children].flatMap(([, child]) => this.phasesIn(child));
  }

  get phases(): readonly TestItem[] {
    return [...this.#roots.values()].flatMap((root) => this.phasesIn(root));
  }

  /** The phase of that name that a file of this folder has. */
  phase(folder: Uri, phaseId: string): TestItem | null {
    const inside = `${folder.toString()}/`;
    const found = this.phases.find((item) => {
      const meaning = this.meaning(item);
      return meaning?.kind === 'phase' && meaning.phaseId === phaseId && meaning.uri.toString().startsWith(inside);
    });
    return found ?? null;
  }

  /** Checks of a phase, in the order in which they run. */
  checksOf(phase: TestItem): readonly { readonly item: TestItem; readonly command: string }[] {
    return [...phase.children].flatMap(([, item]) => {
      const meaning = this.meaning(item);
      return meaning?.kind === 'check' ? [{ item, command: meaning.command }] : [];
    });
  }

  /** A phase with its checks that no spec file of this window has (any more); for results of the past. */
  makePhase(parent: TestItem, id: string, title: string, commands: readonly string[]): TestItem {
    const phase = this.#controller.createTestItem(id, title);
    this.#addChecks(
      phase,
      commands.map((run) => ({ run, line: null })),
    );
    parent.children.add(phase);
    return phase;
  }

  async #readAll(): Promise<void> {
    for (const folder of workspace.workspaceFolders ?? []) {
      if (folder.uri.scheme !== 'file') continue;
      const found = await workspace.findFiles(new RelativePattern(folder, specFiles));
      for (const uri of found.sort((a, b) => a.path.localeCompare(b.path))) await this.#read(uri);
    }
  }

  async #read(uri: Uri): Promise<void> {
    const kind = fileKindOf(uri.path);
    if (kind !== 'phase' && kind !== 'plan') return;
    this.#remove(uri.toString());
    const bytes = await workspace.fs.readFile(uri).then(undefined, () => null);
    if (!bytes) return;
    const { outlineOf } = await import('../../compose/examine-spec.ts');
    const outlines = outlineOf(kind, new TextDecoder().decode(bytes), uri.fsPath);
    const phases = outlines.filter(({ verify }) => verify.length > 0).map((outline) => this.#phaseItem(uri, outline));
    const [first] = phases;
    if (!first) return;
    const root = kind === 'phase' ? first : this.#planItem(uri, phases);
    const folders = workspace.workspaceFolders?.length ?? 0;
    root.description = folders > 1 ? (workspace.getWorkspaceFolder(uri)?.name ?? '') : '';
    this.#roots.set(uri.toString(), root);
    this.#controller.items.add(root);
  }

  #remove(key: string): void {
    const root = this.#roots.get(key);
    if (root) this.#controller.items.delete(root.id);
    this.#roots.delete(key);
  }

  #planItem(uri: Uri, phases: readonly TestItem[]): TestItem {
    const name = uri.path.split('/').at(-1) ?? uri.path;
    const plan = this.#controller.createTestItem(uri.toString(), name, uri);
    plan.tags = [runnable];
    plan.children.replace(phases);
    this.#meanings.set(plan, { kind: 'plan' });
    return plan;
  }

  #phaseItem(uri: Uri, { id, title, line, verify }: PhaseOutline): TestItem {
    const phase = this.#controller.createTestItem(`${uri.toString()}#${id}`, title, uri);
    phase.range = lineRange(line);
    phase.tags = [runnable];
    this.#meanings.set(phase, { kind: 'phase', uri, phaseId: id });
    this.#addChecks(phase, verify, uri);
    return phase;
  }

  #addChecks(
    phase: TestItem,
    checks: readonly { readonly run: string; readonly line: number | null }[],
    uri?: Uri,
  ): void {
    for (const [index, { run, line }] of checks.entries()) {
      const item = this.#controller.createTestItem(`${phase.id}#${index}`, run, uri);
      // As they run, not by name.
      item.sortText = String(index).padStart(4, '0');
      if (line !== null) item.range = lineRange(line);
      if (uri) item.tags = [runnable];
      this.#meanings.set(item, { kind: 'check', index, command: run });
      phase.children.add(item);
    }
  }
}

/** From a line that is counted from 1. */
function lineRange(line: number): Range {
  return new Range(line - 1, 0, line - 1, 0);
}
