import {
  type CancellationToken,
  CodeLens,
  type CodeLensProvider,
  type Command,
  Disposable,
  EventEmitter,
  l10n,
  languages,
  Range,
  type TextDocument,
  workspace,
} from 'vscode';
import type { PhaseOutline } from '../../compose/examine-spec.ts';
import type { PhaseRecord } from '../../domain/run.ts';
import type { CommandId } from '../../manifest/commands.ts';
import { fileGlobs, fileKindOf } from '../../manifest/file-kinds.ts';
import type { Session } from '../session.ts';
import { criterionWords, lastResultWords } from './last-result.ts';

const selector = [...fileGlobs.phase, ...fileGlobs.plan].map((pattern) => ({ scheme: 'file', pattern }));

/** So many runs back a phase's last result is looked for. */
const mostRuns = 50;

/** Over a spec what can be done with it and how it went, and over each criterion whether the last run showed it. */
export class SpecLens implements CodeLensProvider, Disposable {
  readonly #session: Session;
  readonly #changes = new EventEmitter<void>();
  readonly #registered: Disposable;
  readonly onDidChangeCodeLenses = this.#changes.event;

  constructor(session: Session) {
    this.#session = session;
    this.#registered = Disposable.from(
      languages.registerCodeLensProvider(selector, this),
      session.onDidChange(() => this.#changes.fire()),
    );
  }

  dispose(): void {
    this.#registered.dispose();
    this.#changes.dispose();
  }

  async provideCodeLenses(document: TextDocument, token: CancellationToken): Promise<CodeLens[]> {
    const kind = fileKindOf(document.uri.path);
    if (kind !== 'phase' && kind !== 'plan') return [];
    const { outlineOf } = await import('../../compose/examine-spec.ts');
    const phases = outlineOf(kind, document.getText(), document.uri.fsPath);
    const last = await this.#lastOf(phases.map(({ id }) => id));
    if (token.isCancellationRequested) return [];
    return [...actionsOn(document, kind), ...phases.flatMap((phase) => resultsOf(phase, last.get(phase.id) ?? null))];
  }

  /** The newest run's record of each phase. Where no history can be read there is none. */
  async #lastOf(ids: readonly string[]): Promise<ReadonlyMap<string, PhaseRecord>> {
    const found = new Map<string, PhaseRecord>();
    if (ids.length === 0) return found;
    const missing = () => ids.filter((id) => !found.has(id));
    const look = this.#session.look(async ({ reader }) => {
      for (const run of await reader.runs({ limit: mostRuns })) {
        const records = await Promise.all(missing().map((id) => reader.phase(run.id, id)));
        for (const record of records) if (record && record.startedAt !== null) found.set(record.id, record);
        if (missing().length === 0) return;
      }
    });
    await look.catch(() => {
      // Without a repository there are no runs; what is wrong with it is said where something is to be done.
    });
    return found;
  }
}

function lensAt(line: number, command: Command): CodeLens {
  return new CodeLens(new Range(line, 0, line, 0), command);
}

const commandOf = (title: string, command: CommandId, ...args: readonly unknown[]): Command => ({
  title,
  command,
  arguments: [...args],
});

function actionsOn({ uri }: TextDocument, kind: 'phase' | 'plan'): readonly CodeLens[] {
  const run =
    kind === 'plan'
      ? commandOf(l10n.t('$(play) Run plan'), 'countersign.runPlan', uri)
      : commandOf(l10n.t('$(play) Run phase'), 'countersign.runPhase', uri);
  const forecast = commandOf(l10n.t('$(graph-line) Forecast'), 'countersign.forecast', uri);
  return (workspace.isTrusted ? [run, forecast] : []).map((command) => lensAt(0, command));
}

function resultsOf(phase: PhaseOutline, last: PhaseRecord | null): readonly CodeLens[] {
  if (!last) return [];
  const place = { runId: last.runId, phaseId: last.id };
  const open = last.state === 'awaiting-review' && workspace.isTrusted;
  const show = (title: string) =>
    commandOf(title, open ? 'countersign.openReview' : 'countersign.showTrajectory', place);
  return [
    lensAt(phase.line - 1, show(lastResultWords(last))),
    ...phase.acceptance.map(({ criterion, line }) => lensAt(line - 1, show(criterionWords(last, criterion)))),
  ];
}
