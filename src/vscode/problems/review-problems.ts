import path from 'node:path';
import { type Diagnostic, Disposable, languages, Uri, workspace } from 'vscode';
import type { PhaseRecord } from '../../domain/run.ts';
import { problemOf } from '../audit/problems.ts';
import type { OverviewKeeper } from '../overview.ts';
import type { Session } from '../session.ts';

type Shown = 'none' | 'major' | 'all';

/**
 * Findings of the changes that wait for a signature among the Problems, as far as `countersign.problems.findings` asks
 * for it. Lines are those of the proposed files.
 */
export class ReviewProblems implements Disposable {
  readonly #collection = languages.createDiagnosticCollection('countersign-findings');
  readonly #listening: Disposable;
  readonly #session: Session;
  readonly #overview: OverviewKeeper;

  constructor(session: Session, overview: OverviewKeeper) {
    this.#session = session;
    this.#overview = overview;
    this.#listening = Disposable.from(
      overview.onDidChange(() => this.#show()),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('countersign.problems.findings')) this.#show();
      }),
    );
  }

  dispose(): void {
    this.#listening.dispose();
    this.#collection.dispose();
  }

  #show(): void {
    this.#collection.clear();
    const folder = this.#session.folder;
    const shown = workspace.getConfiguration('countersign', folder).get<Shown>('problems.findings', 'none');
    if (!folder || shown === 'none') return;
    const { waiting } = this.#overview.current;
    if (waiting.length === 0) return;
    void this.#session
      .use(({ repository }) => {
        for (const [file, problems] of problemsByFile(waiting, shown))
          this.#collection.set(Uri.file(path.join(repository.root, file)), problems);
      })
      .catch(() => {
        // What keeps the repository from being opened is said by the overview.
      });
  }
}

function problemsByFile(waiting: readonly PhaseRecord[], shown: 'major' | 'all'): ReadonlyMap<string, Diagnostic[]> {
  const byFile = new Map<string, Diagnostic[]>();
  for (const { audit, staged } of waiting) {
    for (const finding of audit?.findings ?? []) {
      if (shown === 'major' && finding.severity !== 'major') continue;
      const file = finding.file ?? staged?.files[0]?.path;
      if (file !== undefined) byFile.set(file, [...(byFile.get(file) ?? []), problemOf(finding)]);
    }
  }
  return byFile;
}
