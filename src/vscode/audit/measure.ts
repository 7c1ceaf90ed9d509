import { ProgressLocation, window, workspace } from 'vscode';
import type { CalibrationReport } from '../../compose/calibrate.ts';
import { type Calibration, rateText } from '../../domain/calibration.ts';
import type { App } from '../app.ts';

/** Seeded faults of one measurement, with half as many clean changes among them. */
const faults = 20;

/** Measures these reviewers on the repository and shows what each found. What is done stays done when it is cut off. */
export async function measureInEditor(app: App, panel: readonly string[], verify: readonly string[]): Promise<void> {
  const { calibrate } = await import('../../compose/calibrate.ts');
  const stopped = new AbortController();
  const options = { location: ProgressLocation.Notification, title: 'Measuring reviewers', cancellable: true };
  const report = await window.withProgress(options, (progress, token) => {
    token.onCancellationRequested(() => stopped.abort());
    let shown = 0;
    const tell = (done: number, of: number) => {
      progress.report({ message: `case ${done} of ${of}`, increment: ((done - shown) / of) * 100 });
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
    '# Reviewers, measured here',
    '',
    `${seeded} seeded faults and ${results.length - seeded} clean changes${resumed > 0 ? `, ${resumed} of them asked before` : ''}.`,
    verify.length > 0
      ? `${killed} more were left out: the checks refuse them already.`
      : 'No checks were run: faults that the tests would find are counted too.',
    '',
    '| reviewer | model | found | blamed clean | cost | seconds |',
    '| --- | --- | --- | --- | --- | --- |',
    ...calibrations.map(rowOf),
    '',
    'Intervals are 95 % (Wilson).',
  ];
  if (!live) lines.push('', 'Mechanics only: no live model answered, so this says nothing of any model.');
  if (left > 0) lines.push('', `${left} cases are left: the budget is spent. Measuring again goes on from here.`);
  return `${lines.join('\n')}\n`;
}

function rowOf({ component, model, recall, falseAlarms, costMicros, seconds }: Calibration): string {
  const cost = model === '' ? '' : `$${(costMicros / 1_000_000).toFixed(4)}`;
  const cells = [component, model || 'none', rateText(recall), rateText(falseAlarms), cost, seconds.toFixed(1)];
  return `| ${cells.join(' | ')} |`;
}
