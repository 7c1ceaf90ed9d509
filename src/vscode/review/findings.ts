import {
  type Comment,
  CommentMode,
  type CommentThread,
  CommentThreadCollapsibleState,
  comments,
  type Disposable,
  l10n,
  MarkdownString,
  Range,
  type Uri,
  workspace,
} from 'vscode';
import { categoryWord } from '../../contract/state-words.ts';
import type { Finding } from '../../domain/audit.ts';
import type { PhaseRecord } from '../../domain/run.ts';
import type { Session } from '../session.ts';
import { preExistingOf } from './pre-existing.ts';
import { type ProposalFile, proposalUri, type ReviewKey, readProposalUri } from './proposal-uri.ts';

/** Findings are of one commit: a change that is made anew has others. */
const nameOf = ({ runId, phaseId, commit }: ProposalFile) => `${runId}/${phaseId}/${commit}`;

/** Which finding a thread is of. */
interface NamedFinding extends ReviewKey {
  readonly fingerprint: string;
}

/** What a document shows, where it is the proposed side of a change: findings stand there. */
function proposedIn(uri: Uri): ProposalFile | null {
  const file = readProposalUri(uri);
  return file?.side === 'proposed' ? file : null;
}

/**
 * Findings as comment threads on the proposed side of a change. They come with the documents, so that a review that the
 * editor restores has them too, and go when the last document of their change is closed.
 */
export class FindingThreads implements Disposable {
  readonly #session: Session;
  readonly #controller = comments.createCommentController('countersign.findings', 'Countersign');
  readonly #threads = new Map<string, Promise<readonly CommentThread[]>>();
  readonly #named = new WeakMap<CommentThread, NamedFinding>();
  readonly #listening: readonly Disposable[];

  constructor(session: Session) {
    this.#session = session;
    this.#listening = [
      workspace.onDidOpenTextDocument(({ uri }) => this.#showFor(proposedIn(uri))),
      workspace.onDidCloseTextDocument(() => void this.#removeUnseen()),
    ];
    for (const { uri } of workspace.textDocuments) this.#showFor(proposedIn(uri));
  }

  /** The finding of a thread; null where it is none of ours. */
  of(thread: CommentThread): NamedFinding | null {
    return this.#named.get(thread) ?? null;
  }

  /** Puts threads away whose findings were dismissed. */
  async update(): Promise<void> {
    const dismissed = await this.#session.use(({ ledger }) => ledger.dismissals());
    const gone = new Set(dismissed.map(({ fingerprint }) => fingerprint));
    for (const threads of this.#threads.values()) {
      for (const thread of await threads) {
        const named = this.#named.get(thread);
        if (named && gone.has(named.fingerprint)) thread.dispose();
      }
    }
  }

  dispose(): void {
    for (const listening of this.#listening) listening.dispose();
    this.#controller.dispose();
  }

  #showFor(file: ProposalFile | null): void {
    if (!file || this.#threads.has(nameOf(file))) return;
    const showing = this.#session
      .use(({ ledger }) => {
        const phase = ledger.phase(file.runId, file.phaseId);
        const dismissed = new Set(ledger.dismissals().map(({ fingerprint }) => fingerprint));
        return phase?.staged?.commit === file.commit ? this.#threadsOf(phase, dismissed) : [];
      })
      .catch(() => []);
    this.#threads.set(nameOf(file), showing);
  }

  async #removeUnseen(): Promise<void> {
    const open = workspace.textDocuments.flatMap(({ uri }) => proposedIn(uri) ?? []);
    const seen = new Set(open.map(nameOf));
    for (const [name, threads] of this.#threads) {
      if (seen.has(name)) continue;
      this.#threads.delete(name);
      for (const thread of await threads) thread.dispose();
    }
  }

  #threadsOf(phase: PhaseRecord, dismissed: ReadonlySet<string>): readonly CommentThread[] {
    const { staged, audit } = phase;
    if (!staged || !audit) return [];
    const paths = new Set(staged.files.map((file) => file.path));
    const [first] = paths;
    const open = audit.findings.filter(({ fingerprint }) => !dismissed.has(fingerprint));
    const outside = new Set(preExistingOf(phase));
    return [...open, ...outside].flatMap((finding) => {
      // What speaks of the change as a whole stands at its very beginning.
      const path = finding.file !== null && paths.has(finding.file) ? finding.file : first;
      if (path === undefined) return [];
      const uri = proposalUri({ runId: phase.runId, phaseId: phase.id, side: 'proposed', commit: staged.commit, path });
      const line = finding.file === path ? Math.max(0, (finding.line ?? 1) - 1) : 0;
      const thread = this.#controller.createCommentThread(uri, new Range(line, 0, line, 0), [commentOf(finding)]);
      const { fingerprint } = finding;
      this.#named.set(thread, { runId: phase.runId, phaseId: phase.id, fingerprint });
      thread.canReply = false;
      thread.label = l10n.t(
        '{0} finding · {1}',
        finding.severity === 'major' ? l10n.t('Major') : l10n.t('Minor'),
        categoryWord(finding.category),
      );
      if (outside.has(finding)) thread.label = l10n.t('Outside the change · {0}', categoryWord(finding.category));
      thread.contextValue = outside.has(finding) ? 'finding.outside' : `finding.${finding.severity}`;
      thread.collapsibleState =
        finding.severity === 'major' && !outside.has(finding)
          ? CommentThreadCollapsibleState.Expanded
          : CommentThreadCollapsibleState.Collapsed;
      return [thread];
    });
  }
}

/** A model's text is shown as text: nothing in it is taken for markup. */
function commentOf(finding: Finding): Comment {
  const body = new MarkdownString();
  body.appendText(finding.claim);
  if (finding.file === null) body.appendMarkdown(l10n.t('\n\n*About the change as a whole.*'));
  if (finding.evidence !== '') {
    body.appendMarkdown(l10n.t('\n\nEvidence:\n'));
    body.appendCodeblock(finding.evidence, 'text');
  }
  if (finding.suggestion !== null) {
    body.appendMarkdown(l10n.t('\n\nSuggestion: '));
    body.appendText(finding.suggestion);
  }
  return { author: { name: reviewerOf(finding) }, body, mode: CommentMode.Preview };
}

function reviewerOf({ component, model }: Finding): string {
  const [, scan] = /^scan:(.+)$/.exec(component) ?? [];
  if (scan !== undefined) return l10n.t('Built-in check: {0}', scan.replaceAll('-', ' '));
  const name = component.charAt(0).toUpperCase() + component.slice(1);
  return model === null
    ? l10n.t('{0} reviewer', name)
    : l10n.t('{0} reviewer ({1})', name, model.slice(model.indexOf('/') + 1));
}
