import {
  Diagnostic,
  DiagnosticSeverity,
  Disposable,
  languages,
  Position,
  Range,
  type TextDocument,
  workspace,
} from 'vscode';
import { fileKindOf } from '../../manifest/file-kinds.ts';
import type { Session } from '../session.ts';

/** Typing rests at least so long before a file is read again. */
const restMs = 250;

/**
 * Tells among the Problems what does not fit in the files of `.countersign/` that are open, also before they are saved
 * and in folders that are not trusted: they are read, nothing of them is run.
 */
export class SpecProblems implements Disposable {
  readonly #collection = languages.createDiagnosticCollection('countersign-specs');
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #listening: Disposable;
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
    this.#listening = Disposable.from(
      workspace.onDidOpenTextDocument((document) => this.#plan(document, 0)),
      workspace.onDidChangeTextDocument(({ document }) => this.#plan(document, restMs)),
      // A plan rests on the files it names.
      workspace.onDidSaveTextDocument((saved) => fileKindOf(saved.uri.path) === 'phase' && this.#planAll()),
      workspace.onDidCloseTextDocument(({ uri }) => this.#collection.delete(uri)),
    );
    this.#planAll();
  }

  dispose(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#listening.dispose();
    this.#collection.dispose();
  }

  #planAll(): void {
    for (const document of workspace.textDocuments) this.#plan(document, 0);
  }

  #plan(document: TextDocument, delay: number): void {
    if (document.uri.scheme !== 'file' || fileKindOf(document.uri.path) === null) return;
    const key = document.uri.toString();
    clearTimeout(this.#waiting.get(key));
    const look = () => {
      this.#waiting.delete(key);
      void this.#examine(document);
    };
    this.#waiting.set(key, setTimeout(look, delay));
  }

  async #examine(document: TextDocument): Promise<void> {
    const kind = fileKindOf(document.uri.path);
    if (kind === null) return;
    const { version } = document;
    const { problemsOf } = await import('../../compose/examine-spec.ts');
    const reviewers = await this.#reviewers();
    const problems = await problemsOf(kind, document.getText(), document.uri.fsPath, reviewers);
    if (document.isClosed || document.version !== version) return;
    const shown = problems.map(({ problem, at }) => {
      const diagnostic = new Diagnostic(rangeAt(document, at.line, at.column), problem, DiagnosticSeverity.Error);
      diagnostic.source = 'Countersign';
      return diagnostic;
    });
    this.#collection.set(document.uri, shown);
  }

  /** Those of the repository where it can be opened, else those that every one has. */
  async #reviewers(): Promise<readonly string[] | undefined> {
    if (!workspace.isTrusted) return undefined;
    const { reviewerNames } = await import('../../compose/examine-spec.ts');
    return this.#session.use(({ reviewers }) => reviewerNames(reviewers)).catch(() => undefined);
  }
}

/** From the place to the end of its word. */
function rangeAt(document: TextDocument, line: number | null, column: number | null): Range {
  const start = document.validatePosition(new Position((line ?? 1) - 1, (column ?? 1) - 1));
  const word = document.getWordRangeAtPosition(start, /[^\s:,[\]{}]+/);
  return new Range(start, word?.end.isAfter(start) ? word.end : document.lineAt(start.line).range.end);
}
