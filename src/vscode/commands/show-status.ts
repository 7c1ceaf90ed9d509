import { commands, type QuickPickItem, window } from 'vscode';
import { formatCost } from '../../domain/money.ts';
import { titleOf } from '../../domain/spec.ts';
import type { CommandId } from '../../manifest/commands.ts';
import { viewIds } from '../../manifest/views.ts';
import type { App, Handler } from '../app.ts';
import type { Overview } from '../overview.ts';
import { textOf } from '../show-fault.ts';

interface StatusItem extends QuickPickItem {
  readonly command: CommandId | `${string}.focus`;
  readonly argument?: unknown;
}

/** How things stand, each line with its next step. */
export const showStatus: Handler = async (app: App) => {
  await app.overview.update();
  const chosen = await window.showQuickPick(itemsOf(app.overview.current), { title: 'Countersign' });
  if (chosen) await commands.executeCommand(chosen.command, chosen.argument);
};

function itemsOf({ live, waiting, fault, situation }: Overview): readonly StatusItem[] {
  const running = live.map(
    (run): StatusItem => ({
      label: `$(sync~spin) ${run.goal.split('\n', 1)[0]}`,
      description: `${run.ended} of ${run.phases} · ${formatCost(run.cost)}`,
      command: `${viewIds.runs}.focus`,
    }),
  );
  const toSign = waiting.map(
    (phase): StatusItem => ({
      label: `$(person) ${titleOf(phase.spec)}`,
      description: 'waits for your signature',
      command: 'countersign.openReview',
      argument: { runId: phase.runId, phaseId: phase.id },
    }),
  );
  return [...running, ...toSign, ...obstacle(situation, fault), ...always];
}

function obstacle(situation: Overview['situation'], fault: Overview['fault']): readonly StatusItem[] {
  if (fault) {
    const { message, remedy } = textOf(fault);
    return [{ label: `$(error) ${message}`, detail: remedy, command: 'countersign.showOutput' }];
  }
  if (situation === 'no-model') {
    return [{ label: '$(plug) Choose a model to begin', command: 'countersign.chooseModels' }];
  }
  if (situation === 'unapproved') {
    const label = '$(shield) This folder’s configuration waits for your approval';
    return [{ label, command: 'countersign.approveConfiguration' }];
  }
  return [];
}

const always: readonly StatusItem[] = [
  { label: '$(play) Run a phase…', command: 'countersign.runPhase' },
  { label: '$(list-tree) Show runs', command: `${viewIds.runs}.focus` },
  { label: '$(credit-card) Show spend', command: `${viewIds.spend}.focus` },
  { label: '$(output) Show output', command: 'countersign.showOutput' },
];
