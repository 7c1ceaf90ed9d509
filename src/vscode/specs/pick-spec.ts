import path from 'node:path';
import { commands, l10n, type QuickPickItem, QuickPickItemKind, window } from 'vscode';
import type { CommandId } from '../../manifest/commands.ts';
import type { App } from '../app.ts';
import { type SpecFile, specFilesIn } from '../spec-files.ts';

interface SpecItem extends QuickPickItem {
  readonly spec?: SpecFile;
}

/** What is asked for, and what is said where there is none of it. */
export interface SpecQuestion {
  readonly title: string;
  readonly placeHolder: string;
  readonly kinds: readonly SpecFile['kind'][];
  readonly none: string;
}

export const pickPhaseOrPlan: SpecQuestion = {
  title: l10n.t('Run Phase'),
  placeHolder: l10n.t('Choose a phase or a plan to run'),
  kinds: ['phase', 'plan'],
  none: l10n.t('There is no phase spec yet. An id and a goal are enough for one.'),
};

export const pickPlan: SpecQuestion = {
  title: l10n.t('Run Plan'),
  placeHolder: l10n.t('Choose a plan to run'),
  kinds: ['plan'],
  none: l10n.t('There is no plan yet. Plan from Goal writes one.'),
};

/** The file that the user picks, or null. Throws what is wrong with a file that cannot be read and was picked. */
export async function pickSpec({ session }: App, question: SpecQuestion): Promise<string | null> {
  const directory = session.folder?.uri.fsPath ?? '.';
  const all = await session.use((opened) => specFilesIn(opened, directory));
  const specs = all.filter(({ kind }) => question.kinds.includes(kind));
  if (specs.length === 0) {
    offerFirst(question);
    return null;
  }
  const chosen = await window.showQuickPick(itemsOf(specs), {
    title: question.title,
    placeHolder: question.placeHolder,
    matchOnDetail: true,
  });
  if (!chosen?.spec) return null;
  if (chosen.spec.valid) return chosen.spec.file;
  await session.use((opened) => opened.readNamedFiles([chosen.spec?.file ?? ''], directory));
  return null;
}

/** Does not wait for the answer. */
function offerFirst({ none, kinds }: SpecQuestion): void {
  const [label, command]: [string, CommandId] = kinds.includes('phase')
    ? [l10n.t('New Phase'), 'countersign.newPhase']
    : [l10n.t('Plan from Goal'), 'countersign.planFromGoal'];
  void window.showInformationMessage(none, label).then((answer) => answer && commands.executeCommand(command));
}

function itemsOf(specs: readonly SpecFile[]): SpecItem[] {
  const section = (label: string, kind: SpecFile['kind']): SpecItem[] => {
    const items = specs.filter((spec) => spec.kind === kind).map(itemOf);
    return items.length === 0 ? [] : [{ label, kind: QuickPickItemKind.Separator }, ...items];
  };
  return [...section(l10n.t('Phases'), 'phase'), ...section(l10n.t('Plans'), 'plan')];
}

function itemOf(spec: SpecFile): SpecItem {
  const icon = spec.valid ? (spec.kind === 'plan' ? 'layers' : 'play') : 'error';
  const description = spec.valid ? path.basename(spec.file) : '';
  return { label: `$(${icon}) ${spec.title}`, description, detail: spec.detail, spec };
}
