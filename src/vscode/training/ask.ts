import path from 'node:path';
import { l10n, window } from 'vscode';
import type { TrainingOffer } from '../../compose/training/training-tasks.ts';
import { counted, wholeNumber } from '../../contract/words.ts';
import { formatCost } from '../../domain/money.ts';
import type { TrainingBackend } from '../../domain/training.ts';

interface Choice {
  /** What happens, as the first line; Enter takes it. */
  readonly label: string;
  readonly detail: string;
  readonly title: string;
  readonly placeHolder: string;
}

/** One question with one way on; anything else is no. */
export async function agrees({ label, detail, title, placeHolder }: Choice): Promise<boolean> {
  const yes = { label: `$(check) ${label}`, detail };
  const no = { label: `$(close) ${l10n.t('Cancel')}`, detail: l10n.t('Nothing is changed.') };
  return (await window.showQuickPick([yes, no], { title, placeHolder, ignoreFocusOut: true })) === yes;
}

/** Repeats what is sent where, and what it may cost, before anything is. */
export function agreesToOffer(
  { name, backend }: { readonly name: string; readonly backend: TrainingBackend },
  { cost, rows }: TrainingOffer,
): Promise<boolean> {
  const { micros, tokens } = cost;
  const money = formatCost({ micros: micros ?? 0, label: micros === null ? 'unknown' : 'estimated' });
  const sent = counted(rows, '{0} row', '{0} rows');
  return agrees({
    title: l10n.t('Train {0} with {1}', backend.baseModel, name),
    placeHolder:
      'command' in backend
        ? l10n.t('Runs on this machine: {0}', programText(backend.command))
        : l10n.t('Sends the rows to {0}', backend.baseUrl ?? backend.provider),
    label: l10n.t('Train'),
    detail:
      micros === 0
        ? l10n.t('{0}, {1} tokens, no cost', sent, wholeNumber(tokens))
        : l10n.t('{0}, {1} tokens, {2}', sent, wholeNumber(tokens), money),
  });
}

/** Its first words, without their folders: the whole stands in the configuration. */
function programText(command: readonly string[]): string {
  const shown = command.slice(0, 2).map((word) => path.basename(word));
  return command.length > 2 ? `${shown.join(' ')} …` : shown.join(' ');
}

export function agreesToTrainOnLittle(missing: readonly string[]): Promise<boolean> {
  return agrees({
    title: l10n.t('Train Now'),
    placeHolder: l10n.t('There is not enough to train on yet'),
    label: l10n.t('Train Anyway'),
    detail: missing.join('; '),
  });
}

export function agreesToDeploy(version: string, reasons: readonly string[]): Promise<boolean> {
  return agrees({
    title: l10n.t('Deploy {0}', version),
    placeHolder: l10n.t('The gate does not pass'),
    label: l10n.t('Deploy Anyway'),
    detail: reasons.join('; '),
  });
}
