import { l10n, ProgressLocation, Uri, window, workspace } from 'vscode';
import { csvOf, jsonOf, type PlainTable } from '../../contract/table-text.ts';
import type { ChartsView } from '../../contract/trajectories-charts.ts';
import type { RunFilters } from '../../contract/trajectories-list.ts';
import { type ExportTable, exportTables, type Place } from '../../contract/trajectories-messages.ts';
import { openPhase } from './open-phase.ts';
import type { TrajectoriesParts } from './parts.ts';
import { readCharts } from './read-charts.ts';
import { ledgerFilter, type Reader } from './run-list.ts';

const tableWords: Record<ExportTable, string> = {
  runs: l10n.t('Runs that pass the filters'),
  steps: l10n.t('Steps of the open phase'),
  findings: l10n.t('Findings of the open phase'),
  charts: l10n.t('Figures of the charts'),
};

/** Asks which table, then where to. */
export async function chooseTable(app: TrajectoriesParts, filters: RunFilters, place: Place | null): Promise<void> {
  const offered = exportTables.filter((table) => place !== null || table === 'runs' || table === 'charts');
  const items = offered.map((table) => ({ label: tableWords[table], table }));
  const chosen = await window.showQuickPick(items, { placeHolder: l10n.t('Choose a table to export') });
  if (chosen) await exportFromPanel(app, chosen.table, filters, place);
}

/** Writes a table to the file that the user names, as CSV or JSON by its ending. */
export async function exportFromPanel(
  { session, status }: TrajectoriesParts,
  table: ExportTable,
  filters: RunFilters,
  place: Place | null,
): Promise<void> {
  const folder = session.folder?.uri;
  const target = await window.showSaveDialog({
    title: l10n.t('Export Table'),
    saveLabel: l10n.t('Export'),
    filters: { CSV: ['csv'], JSON: ['json'] },
    ...(folder ? { defaultUri: Uri.joinPath(folder, `countersign-${table}.csv`) } : {}),
  });
  if (!target) return;
  const rows = await window.withProgress(
    { location: ProgressLocation.Window, title: l10n.t('Reading history') },
    async () => session.look(({ reader }) => tableOf(reader, table, filters, place)),
  );
  const text = target.path.toLowerCase().endsWith('.json') ? jsonOf(rows) : csvOf(rows);
  await workspace.fs.writeFile(target, new TextEncoder().encode(text));
  status.tell(l10n.t('Exported {0} rows', rows.rows.length));
}

async function tableOf(
  reader: Reader,
  table: ExportTable,
  filters: RunFilters,
  place: Place | null,
): Promise<PlainTable> {
  switch (table) {
    case 'runs':
      return runsTable(reader, filters);
    case 'charts':
      return chartsTable(reader, filters);
    default: {
      const phase = place?.phaseId == null ? null : await openPhase(place.runId, place.phaseId).read(reader);
      return table === 'steps' ? stepsTable(phase?.steps ?? []) : findingsTable(phase?.findings ?? []);
    }
  }
}

type Phase = NonNullable<Awaited<ReturnType<ReturnType<typeof openPhase>['read']>>>;

function stepsTable(steps: Phase['steps']): PlainTable {
  const columns = ['attempt', 'step', 'subject', 'started', 'seconds', 'outcome', 'note', 'model'];
  return {
    columns: [...columns, 'input', 'cached', 'output', 'cost', 'certainty'],
    rows: steps.map((step) => [
      step.attempt,
      step.name,
      step.subject,
      new Date(step.startMs).toISOString(),
      step.endMs === null ? null : (step.endMs - step.startMs) / 1000,
      step.outcome,
      step.note,
      step.model,
      step.tokens?.input ?? null,
      step.tokens?.cached ?? null,
      step.tokens?.output ?? null,
      step.amount?.text ?? null,
      step.amount?.label ?? null,
    ]),
  };
}

function findingsTable(findings: Phase['findings']): PlainTable {
  const columns = [
    'attempt',
    'severity',
    'category',
    'file',
    'line',
    'claim',
    'evidence',
    'suggestion',
    'component',
    'model',
  ] as const;
  return { columns, rows: findings.map((finding) => columns.map((column) => finding[column])) };
}

/** Rows read before other questions get their turn. */
const runsAtOnce = 100;

async function runsTable(reader: Reader, filters: RunFilters): Promise<PlainTable> {
  const filter = ledgerFilter(filters, new Date());
  const rows: PlainTable['rows'][number][] = [];
  let before: string | undefined;
  for (;;) {
    const page: Awaited<ReturnType<Reader['runs']>> = await reader.runs({
      ...filter,
      limit: runsAtOnce,
      ...(before === undefined ? {} : { before }),
    });
    for (const { id, goal, state, reason, startedAt, endedAt, phases, landed, attempts, spend } of page) {
      const { calls, tokens, cost } = spend;
      const counts = [phases, landed, attempts, calls, tokens.input, tokens.cached, tokens.output, cost.micros];
      rows.push([id, goal, state, reason, startedAt, endedAt, ...counts, cost.label]);
    }
    before = page.at(-1)?.id;
    if (page.length < runsAtOnce || before === undefined) break;
  }
  const columns = ['id', 'goal', 'state', 'reason', 'started', 'ended', 'phases', 'landed', 'attempts', 'calls'];
  return { columns: [...columns, 'input', 'cached', 'output', 'costMicros', 'costLabel'], rows };
}

async function chartsTable(reader: Reader, filters: RunFilters): Promise<PlainTable> {
  let view: ChartsView | null = null;
  const keep = (now: ChartsView) => {
    view = now;
  };
  await readCharts(reader, filters, new AbortController().signal, keep);
  return { columns: ['chart', 'row', 'figure', 'value'], rows: view === null ? [] : chartRows(view) };
}

function chartRows({ charts }: ChartsView): PlainTable['rows'] {
  return charts.flatMap(({ title, table }) =>
    table.rows.flatMap(([name = '', ...cells]) =>
      cells.map((cell, index) => [title, name, table.columns[index + 1] ?? '', cell]),
    ),
  );
}
