import path from 'node:path';
import { l10n, Uri, window, workspace } from 'vscode';
import { reportMarkdown } from '../../domain/describe-report.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { runStateSchema } from '../../domain/run.ts';
import type { Handler } from '../app.ts';
import { chooseRun } from '../runs/choose-run.ts';

/** Writes the report of a run where the user wants it, and shows it: Markdown, or JSON by the name they give. */
export const saveReport: Handler = async (app, argument) => {
  const target = await chooseRun(app, argument, {
    title: l10n.t('Save Run Report'),
    placeHolder: l10n.t('Choose the run to report on'),
    states: runStateSchema.options,
  });
  if (!target) return;
  const { reportRun } = await import('../../compose/report-run.ts');
  const report = await app.session.use((opened) => {
    const run = opened.ledger.run(target.runId);
    if (!run) throw new EngineError({ code: 'run/not-found', selector: target.runId });
    return reportRun(opened, run);
  });
  const folder = app.session.folder?.uri;
  const uri = await window.showSaveDialog({
    title: l10n.t('Save Run Report'),
    ...(folder ? { defaultUri: Uri.joinPath(folder, `report-${report.runId}.md`) } : {}),
    filters: { Markdown: ['md'], JSON: ['json'] },
  });
  if (!uri) return;
  const isJson = path.extname(uri.fsPath) === '.json';
  const text = isJson ? `${JSON.stringify(report, null, 2)}\n` : reportMarkdown(report);
  await workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  await window.showTextDocument(uri);
};
