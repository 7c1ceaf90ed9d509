import path from 'node:path';
import { l10n, Uri, window } from 'vscode';
import { fileKindOf } from '../../manifest/file-kinds.ts';
import type { Handler } from '../app.ts';
import { forecastItems } from './forecast-items.ts';
import { pickPhaseOrPlan, pickSpec } from './pick-spec.ts';

/** What a phase or a plan will cost by what similar ones cost here: the one named, in front, or picked. */
export const forecast: Handler = async (app, target) => {
  const question = {
    ...pickPhaseOrPlan,
    title: l10n.t('Forecast Cost'),
    placeHolder: l10n.t('Choose a phase or a plan'),
  };
  const file = target instanceof Uri ? target.fsPath : (specInFront() ?? (await pickSpec(app, question)));
  if (file === null) return;
  const { forecastPlan } = await import('../../compose/plans/forecast-plan.ts');
  const told = await app.session.useFresh(async (opened) => {
    const { plan } = await opened.readNamedFiles([file], path.dirname(file));
    return forecastPlan(opened, plan);
  });
  await window.showQuickPick(forecastItems(told), {
    title: l10n.t('Forecast: {0}', path.basename(file)),
    placeHolder: l10n.t(
      'Of similar phases here, half cost less than the first figure, nine of ten less than the second',
    ),
  });
};

function specInFront(): string | null {
  const uri = window.activeTextEditor?.document.uri;
  const kind = uri?.scheme === 'file' ? fileKindOf(uri.path) : null;
  return uri && (kind === 'phase' || kind === 'plan') ? uri.fsPath : null;
}
