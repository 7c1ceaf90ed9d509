import { commands, type LogOutputChannel, l10n, Selection, Uri, window, workspace } from 'vscode';
import { localize } from '../contract/words.ts';
import { describeFault } from '../domain/describe-fault.ts';
import { faultOf } from '../domain/engine-error.ts';
import type { Fault } from '../domain/fault.ts';
import type { FaultText } from '../domain/faults/words.ts';
import type { CommandId } from '../manifest/commands.ts';

interface NextStep {
  readonly label: string;
  take(): unknown;
}

const command = (label: string, id: CommandId): NextStep => ({ label, take: () => commands.executeCommand(id) });

/** The one thing that helps, as a button; null where the sentence says all. */
function nextStep(fault: Fault, root: string | null): NextStep | null {
  switch (fault.code) {
    case 'spec/invalid':
    case 'config/invalid':
      return { label: l10n.t('Open File'), take: () => openAt(fault.at.file, fault.at.line, fault.at.column) };
    case 'repository/dirty-path':
    case 'repository/path-exists': {
      const [first] = fault.paths;
      if (first === undefined || root === null) return null;
      return { label: l10n.t('Open File'), take: () => openAt(`${root}/${first}`, null, null) };
    }
    case 'model/not-configured':
    case 'model/rejected':
      return command(l10n.t('Choose Models'), 'countersign.chooseModels');
    case 'model/unauthorized':
      return command(l10n.t('Set API Key'), 'countersign.setApiKey');
    case 'config/unapproved':
      return command(l10n.t('Review Configuration'), 'countersign.approveConfiguration');
    case 'review/nothing-pending':
    case 'rollback/nothing-landed':
      return command(l10n.t('Show Status'), 'countersign.showStatus');
    case 'budget/exceeded':
    case 'budget/price-unknown':
      return {
        label: l10n.t('Open Settings'),
        take: () => commands.executeCommand('workbench.action.openSettings', 'countersign.budget'),
      };
    case 'repository/none':
      return { label: l10n.t('Initialize Repository'), take: () => commands.executeCommand('git.init') };
    case 'repository/no-commit':
      return { label: l10n.t('Open Source Control'), take: () => commands.executeCommand('workbench.view.scm') };
    default:
      return null;
  }
}

async function openAt(file: string, line: number | null, column: number | null): Promise<void> {
  const document = await workspace.openTextDocument(Uri.file(file));
  const editor = await window.showTextDocument(document);
  if (line === null) return;
  const at = document.validatePosition(editor.selection.active.with(line - 1, (column ?? 1) - 1));
  editor.selection = new Selection(at, at);
  editor.revealRange(editor.selection);
}

/** Tells what happened and what to do, with the one button that helps. Does not wait for the answer. */
export function showFault(error: unknown, log: LogOutputChannel, root: string | null): void {
  const fault = faultOf(error);
  if (fault.code === 'interrupted') return;
  const { message, remedy } = textOf(fault);
  log.error(`${message} ${remedy}`.trim());
  if (fault.code === 'internal/defect') log.error(error instanceof Error ? error : String(error));
  const step = nextStep(fault, root) ?? command(l10n.t('Show Output'), 'countersign.showOutput');
  void window.showErrorMessage(`${message} ${remedy}`.trim(), step.label).then((answer) => {
    if (answer === step.label) return step.take();
  });
}

/** What some remedies name for a terminal, a button or a view does here. */
export function textOf(fault: Fault): FaultText {
  const { message, remedy } = describeFault(fault, localize);
  switch (fault.code) {
    case 'model/not-configured':
      return { message: l10n.t('No model is chosen yet.'), remedy: l10n.t('Choose one to begin.') };
    case 'model/unauthorized':
      return { message, remedy: l10n.t('Enter another.') };
    case 'config/unapproved':
      return {
        message: l10n.t('This folder’s configuration is not approved, and there is no model without it.'),
        remedy: '',
      };
    case 'review/nothing-pending':
      return { message: l10n.t('Nothing waits for your signature here.'), remedy: '' };
    case 'rollback/nothing-landed':
      return { message: l10n.t('There is nothing to roll back.'), remedy: '' };
    case 'run/not-found':
      return { message, remedy: l10n.t('The Runs view has those of this repository.') };
    default:
      return { message, remedy };
  }
}
