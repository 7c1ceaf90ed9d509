import { type CalibrationReport, calibrate } from '../../compose/calibrate.ts';
import { type Calibration, rateText } from '../../domain/calibration.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { exitCodes } from '../../domain/exit-code.ts';
import { type Command, type Invocation, textValue } from '../command.ts';
import { table } from '../table.ts';
import { withWorkspace } from '../workspace.ts';

const usage = '[--faults N] [--seed N] [--panel NAME,…] [--verify COMMAND]… [--usd N]';
const defaultFaults = 20;

export const evalAuditor: Command = {
  name: 'eval auditor',
  summary: 'Measure the reviewers here: seed faults into recent code, and count what each finds and wrongly blames.',
  usage,
  options: {
    faults: { type: 'string' },
    seed: { type: 'string' },
    panel: { type: 'string' },
    verify: { type: 'string', multiple: true },
    usd: { type: 'string' },
  },
  usesConfiguration: true,
  run(invocation) {
    const { terminal, signal, values } = invocation;
    const verify = Array.isArray(values.verify) ? values.verify.map(String) : [];
    const names =
      textValue(invocation, 'panel')
        ?.split(',')
        .map((name) => name.trim())
        .filter(Boolean) ?? null;
    const options = {
      faults: numberOf(invocation, 'faults', 1, 500) ?? defaultFaults,
      seed: numberOf(invocation, 'seed', 0, 2 ** 31) ?? 1,
      usd: numberOf(invocation, 'usd', 0, 10_000, false),
      panel: names,
      verify,
    };
    return withWorkspace(invocation, async (workspace) => {
      const tellCase = (done: number, of: number) => terminal.progress(`case ${done} of ${of}`);
      const report = await calibrate(workspace, options, tellCase, signal);
      const { results, ...facts } = report;
      terminal.emit({ type: 'calibration', ...facts, cases: results.length, mechanicsOnly: !report.live });
      for (const line of reportLines(report, verify.length > 0)) terminal.print(line);
      return report.left > 0 ? exitCodes.budget : exitCodes.done;
    });
  },
};

function numberOf(invocation: Invocation, name: string, least: number, most: number, whole = true): number | null {
  const text = textValue(invocation, name);
  if (text === null) return null;
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  const problem = `--${name} is \`${text}\`; it must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`;
  throw new EngineError({ code: 'arguments/invalid', problem, usage: `countersign eval auditor ${usage}` });
}

function reportLines(report: CalibrationReport, isFiltered: boolean): readonly string[] {
  const { calibrations, results, resumed, killed, left, live } = report;
  const faults = results.filter(({ faulty }) => faulty).length;
  const lines = [
    `${faults} seeded faults and ${results.length - faults} clean changes${resumed > 0 ? `, ${resumed} of them asked before` : ''}.`,
    isFiltered
      ? `${killed} more were left out: the checks refuse them already.`
      : 'No --verify was given: faults that the tests would find are counted too.',
    '',
    ...table(
      ['reviewer', 'model', 'found', 'blamed clean', 'cost', 'seconds'],
      calibrations.map((each) => [
        each.component,
        each.model || 'none',
        rateText(each.recall),
        rateText(each.falseAlarms),
        costText(each),
        each.seconds.toFixed(1),
      ]),
    ),
    'Intervals are 95 % (Wilson).',
  ];
  if (!live) lines.push('mechanics only: no live model answered, so this says nothing of any model.');
  if (left > 0) lines.push(`${left} cases are left: the budget is spent. The same command goes on from here.`);
  return lines;
}

function costText({ costMicros, model }: Calibration): string {
  return model === '' ? '' : `$${(costMicros / 1_000_000).toFixed(4)}`;
}
