import { ConfigurationTarget, l10n, window, workspace } from 'vscode';
import { EngineError } from '../../domain/engine-error.ts';
import type { Fault } from '../../domain/fault.ts';
import { formatCost } from '../../domain/money.ts';
import type { App, Handler } from '../app.ts';
import { chooseRun, type RunTarget } from '../runs/choose-run.ts';
import { goOnWith } from '../runs/go-on.ts';
import { type CapUnit, leastCap, raiseOf, settingOf, unitOf } from '../runs/higher-cap.ts';

interface CutShort {
  readonly phaseId: string;
  readonly tierId: string | null;
  readonly fault: Extract<Fault, { code: 'budget/exceeded' }>;
  /** In dollars or tokens. */
  readonly cap: number;
  readonly unit: CapUnit;
}

/** Raises the cap that stopped a phase as far as the user says, and goes on with its run. */
export const resumeHigherCap: Handler = async (app, argument) => {
  const target = await chooseRun(app, argument, {
    title: l10n.t('Resume with Higher Cap'),
    placeHolder: l10n.t('Choose the run that a cap stopped'),
    states: ['failed', 'done', 'awaiting-review'],
  });
  if (!target) return;
  const stopped = await stoppedBy(app, target);
  const cap = await askForCap(stopped);
  if (cap === null || !(await isSure(stopped, cap))) return;
  const { unit, fault } = stopped;
  const setting = settingOf(fault.level);
  if (setting) await workspace.getConfiguration('countersign').update(setting, cap, ConfigurationTarget.Global);
  await goOnWith(app, target.runId, { raise: raiseOf(fault.level, stopped, { [unit]: cap }) });
};

/** The cap that ended a phase of the run, as it is. Throws `run/not-controllable` where none did. */
async function stoppedBy({ session }: App, { runId, phaseId }: RunTarget): Promise<CutShort> {
  const found = await session.use(async ({ reader }) => {
    const events = await reader.events(runId);
    const end = events.findLast(
      (event) =>
        event.type === 'phase-end' &&
        (phaseId === null || event.phaseId === phaseId) &&
        event.fault?.code === 'budget/exceeded',
    );
    if (end?.type !== 'phase-end' || end.fault?.code !== 'budget/exceeded' || end.phaseId === undefined) return null;
    const { caps } = await reader.spend({ by: 'run', runId });
    const { level } = end.fault;
    const tierId = (await reader.phase(runId, end.phaseId))?.tierId ?? null;
    const keys: Readonly<Record<string, string>> = { phase: `${runId}/${end.phaseId}`, tier: `${runId}:${tierId}` };
    const row = caps.find((each) => each.level === level && each.key === (keys[level] ?? each.key));
    const unit = unitOf(end.fault);
    const cap = unit === 'tokens' ? row?.capTokens : row?.capMicros && row.capMicros / 1_000_000;
    return cap === undefined || cap === null ? null : { phaseId: end.phaseId, tierId, fault: end.fault, cap, unit };
  });
  if (found) return found;
  const selector = phaseId === null ? runId : `${runId}/${phaseId}`;
  throw new EngineError({ code: 'run/not-controllable', selector, detail: l10n.t('no cap stopped it.') });
}

async function askForCap({ fault, cap, unit }: CutShort): Promise<number | null> {
  const least = leastCap(fault, unit, cap);
  const text = await window.showInputBox({
    title: l10n.t('Resume with Higher Cap'),
    prompt:
      unit === 'usd'
        ? l10n.t('The cap of this {0} is {1}. In US dollars:', fault.level, amountOf(cap, unit))
        : l10n.t('The cap of this {0} is {1} tokens. In tokens:', fault.level, cap),
    value: unit === 'usd' ? Math.max(least, cap * 2).toFixed(2) : String(Math.max(least, cap * 2)),
    validateInput: (value) =>
      Number(value) >= least ? null : l10n.t('At least {0}: less would stop the same call.', least),
  });
  return text === undefined ? null : Number(text);
}

function amountOf(value: number, unit: CapUnit): string {
  if (unit === 'tokens') return l10n.t('{0} tokens', value);
  // A cap is known to the cent and beyond: its mark says nothing.
  return formatCost({ micros: Math.round(value * 1_000_000), label: 'billed' }).slice(2);
}

/** Money is moved by a person's own word alone. */
async function isSure({ fault, cap, unit }: CutShort, higher: number): Promise<boolean> {
  const question = l10n.t(
    'Raise the cap of this {0} from {1} to {2}?',
    fault.level,
    amountOf(cap, unit),
    amountOf(higher, unit),
  );
  const setting = settingOf(fault.level);
  const detail = setting ? l10n.t('Your setting {0} is changed, for all folders.', `countersign.${setting}`) : '';
  const answer = l10n.t('Raise Cap');
  return (await window.showWarningMessage(question, { modal: true, detail }, answer)) === answer;
}
