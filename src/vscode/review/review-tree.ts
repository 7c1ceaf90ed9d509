import { type Disposable, EventEmitter, type TreeDataProvider, type TreeItem, workspace } from 'vscode';
import type { Finding } from '../../domain/audit.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { CommandId } from '../../manifest/commands.ts';
import type { Session } from '../session.ts';
import { throttled } from '../throttled.ts';
import type { Hunks } from './hunks.ts';
import { preExistingOf } from './pre-existing.ts';
import type { ReviewKey } from './proposal-uri.ts';
import { itemOf, type ReviewNode } from './review-rows.ts';
import type { ReviewedChange } from './reviewed-change.ts';
import type { Reviews } from './reviews.ts';

/** Rows are read anew at most this often, while somebody types or a run is under way. */
const intervalMs = 250;

/** Changes that wait for a signature → their files → hunks and findings, each with how it stands. */
export class ReviewTree implements TreeDataProvider<ReviewNode>, Disposable {
  readonly #session: Session;
  readonly #reviews: Reviews;
  readonly #hunks: Hunks;
  readonly #changed = new EventEmitter<undefined>();
  readonly #refresh = throttled(() => this.#changed.fire(undefined), intervalMs);
  readonly #listening: readonly Disposable[];
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(session: Session, reviews: Reviews, hunks: Hunks) {
    this.#session = session;
    this.#reviews = reviews;
    this.#hunks = hunks;
    this.#listening = [
      session.onDidChange(this.#refresh),
      hunks.onDidChange(this.#refresh),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('countersign.review')) this.#refresh();
      }),
    ];
  }

  async getChildren(node?: ReviewNode): Promise<ReviewNode[]> {
    if (!workspace.isTrusted) return [];
    try {
      if (!node) return await this.#pending();
      if (node.kind === 'review') return await this.#partsOf(node);
      return node.kind === 'file' ? await this.#partsOfFile(node) : [];
    } catch (error) {
      // What stands in the way of reading the history is said by the Runs view.
      if (error instanceof EngineError) return [];
      throw error;
    }
  }

  getTreeItem(node: ReviewNode): TreeItem {
    const opens = workspace.getConfiguration('countersign').get('review.openChanges', 'onClick') === 'onClick';
    const onClick: CommandId = opens ? 'countersign.openChanges' : 'countersign.openReview';
    return itemOf(node, onClick);
  }

  dispose(): void {
    this.#refresh.cancel();
    for (const listening of this.#listening) listening.dispose();
    this.#changed.dispose();
  }

  async #pending(): Promise<ReviewNode[]> {
    const pending = await this.#reviews.pending();
    return Promise.all(
      pending.map(async (review) => {
        const key = { runId: review.run.id, phaseId: review.phase.id };
        const change = await this.#changeOf(key, review.phase.staged?.commit ?? null);
        return { kind: 'review', ...key, review, standing: change?.standing ?? null } as const;
      }),
    );
  }

  async #changeOf(key: ReviewKey, commit: string | null): Promise<ReviewedChange | null> {
    return commit === null ? null : this.#hunks.change(key, commit);
  }

  /** What is about the change as a whole comes first, then its files. */
  async #partsOf({ runId, phaseId, review }: Extract<ReviewNode, { kind: 'review' }>): Promise<ReviewNode[]> {
    const key = { runId, phaseId };
    const change = await this.#changeOf(key, review.phase.staged?.commit ?? null);
    if (!change) return [];
    const paths = new Set(change.paths);
    const findings = await this.#findingsOf(change);
    const files = change.paths.map(
      (path): ReviewNode => ({
        kind: 'file',
        ...key,
        side: 'proposed',
        commit: change.commit,
        path,
        hunks: change.hunks(path),
      }),
    );
    return [...findings.filter(({ finding: { file } }) => file === null || !paths.has(file)), ...files];
  }

  async #partsOfFile({ runId, phaseId, commit, path }: Extract<ReviewNode, { kind: 'file' }>): Promise<ReviewNode[]> {
    const key = { runId, phaseId };
    const change = await this.#changeOf(key, commit);
    if (!change) return [];
    const findings = await this.#findingsOf(change);
    const place = { ...key, side: 'proposed', commit, path } as const;
    const hunks = change
      .hunks(path)
      .map((shown): ReviewNode => ({ kind: 'hunk', ...place, hunk: shown.number, shown, total: change.total }));
    return [...hunks, ...findings.filter(({ finding: { file } }) => file === path)];
  }

  /** Open ones; those outside the change where the user wants to see them. */
  async #findingsOf({ key, phase }: ReviewedChange): Promise<readonly Extract<ReviewNode, { kind: 'finding' }>[]> {
    const dismissed = await this.#session.use(({ ledger }) => ledger.dismissals());
    const gone = new Set(dismissed.map(({ fingerprint }) => fingerprint));
    const node = (finding: Finding, preExisting: boolean) =>
      ({ kind: 'finding', ...key, fingerprint: finding.fingerprint, finding, preExisting }) as const;
    const open = (phase.audit?.findings ?? []).filter(({ fingerprint }) => !gone.has(fingerprint));
    return [
      ...open.map((finding) => node(finding, false)),
      ...preExistingOf(phase).map((finding) => node(finding, true)),
    ];
  }
}
