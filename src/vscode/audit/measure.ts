import { l10n, ProgressLocation, window, workspace } from 'vscode';
import type { CalibrationReport } from '../../compose/calibrate.ts';
import { type Calibration, rateText } from '../../domain/calibration.ts';
import type { App } from '../app.ts';

/** Seeded faults of one measurement, with half as many clean changes among them. */
const faults = 20;

/** Measures these reviewers on the repository and shows what each found. What is done stays done when it is cut off. */
export async function measureInEditor(app: App, panel: readonly string[], verify: readonly string[]): Promise<void> {
  const { calibrate } = await import('../../compose/calibrate.ts');
  const stopped = new AbortController();
  const options = { location: ProgressLocation.Notification, title: l10n.t('Measuring reviewers'), cancellable: true };
  const report = await window.withProgress(options, (progress, token) => {
    token.onCancellationRequested(() => stopped.abort());
    let shown = 0;
    const tell = (done: number, of: number) => {
      progress.report({ message: l10n.t('case {0} of {1}', done, of), increment: ((done - shown) / of) * 100 });
      shown = done;
    };
    return app.session.run((opened) =>
      calibrate(opened, { faults, seed: 1, panel, verify, usd: null }, tell, stopped.signal),
    );
  });
  const content = reportMarkdown(report, verify);
  await window.showTextDocument(await workspace.openTextDocument({ language: 'markdown', content }));
}

function reportMarkdown(report: CalibrationReport, verify: readonly string[]): string {
  const { calibrations, results, resumed, killed, left, live } = report;
  const seeded = results.filter(({ faulty }) => faulty).length;
  const lines = [
    l10n.t('# Reviewers, measured here'),
    '',
    l10n.t(
      '{0} seeded faults and {1} clean changes{2}.',
      seeded,
      results.length - seeded,
      resumed > 0 ? l10n.t(', {0} of them asked before', resumed) : '',
    ),
    verify.length > 0
      ? l10n.t('{0} more were left out: the checks refuse them already.', killed)
      : l10n.t('No checks were run: faults that the tests would find are counted too.'),
    '',
    l10n.t('| reviewer | model | found | blamed clean | cost | seconds |'),
    '| --- | --- | --- | --- | --- | --- |',
    ...calibrations.map(rowOf),
    '',
    l10n.t('Intervals are 95 % (Wilson).'),
  ];
  if (!live) lines.push('', l10n.t('Mechanics only: no live model answered, so this says nothing of any model.'));
  if (left > 0)
    lines.push('', l10n.t('{0} cases are left: the budget is spent. Measuring again goes on from here.', left));
  return `${lines.join('\n')}\n`;
}

function rowOf({ component, model, recall, falseAlarms, costMicros, seconds }: Calibration): string {
  const cost = model === '' ? '' : `$${(costMicros / 1_000_000).toFixed(4)}`;
  const cells = [component, model || 'none', rateText(recall), rateText(falseAlarms), cost, seconds.toFixed(1)];
  return `| ${cells.join(' | ')} |`;
}
