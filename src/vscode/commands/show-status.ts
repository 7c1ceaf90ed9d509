import { commands, l10n, type QuickPickItem, window, workspace } from 'vscode';
import { counted, localize } from '../../contract/words.ts';
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
  const items = offeredLessons(app).then((lessons) => [...itemsOf(app.overview.current), ...lessons, ...always]);
  const chosen = await window.showQuickPick(items, { title: 'Countersign' });
  if (chosen) await commands.executeCommand(chosen.command, chosen.argument);
};

function itemsOf({ live, waiting, fault, situation }: Overview): readonly StatusItem[] {
  const running = live.map(
    (run): StatusItem => ({
      label: `$(sync~spin) ${run.goal.split('\n', 1)[0]}`,
      description: l10n.t('{0} of {1} · {2}', run.ended, run.phases, formatCost(run.cost, localize)),
      command: `${viewIds.runs}.focus`,
    }),
  );
  const toSign = waiting.map(
    (phase): StatusItem => ({
      label: `$(person) ${titleOf(phase.spec)}`,
      description: l10n.t('waits for your signature'),
      command: 'countersign.openReview',
      argument: { runId: phase.runId, phaseId: phase.id },
    }),
  );
  return [...running, ...toSign, ...obstacle(situation, fault)];
}

/** Nothing where the repository cannot be read: what is in the way has a line of its own. */
async function offeredLessons({ session }: App): Promise<readonly StatusItem[]> {
  if (!workspace.isTrusted) return [];
  const offers = await session.use(({ reader }) => reader.lessonOffers()).catch(() => []);
  if (offers.length === 0) return [];
  const label = l10n.t('$(lightbulb) {0}', counted(offers.length, '{0} lesson offered', '{0} lessons offered'));
  return [{ label, description: l10n.t('went wrong in several runs'), command: 'countersign.showLessons' }];
}

function obstacle(situation: Overview['situation'], fault: Overview['fault']): readonly StatusItem[] {
  if (fault) {
    const { message, remedy } = textOf(fault);
    return [{ label: `$(error) ${message}`, detail: remedy, command: 'countersign.showOutput' }];
  }
  if (situation === 'no-model') {
    return [{ label: l10n.t('$(plug) Choose a model to begin'), command: 'countersign.chooseModels' }];
  }
  if (situation === 'unapproved') {
    const label = l10n.t('$(shield) This folder’s configuration waits for your approval');
    return [{ label, command: 'countersign.approveConfiguration' }];
  }
  return [];
}

const always: readonly StatusItem[] = [
  { label: l10n.t('$(play) Run a phase…'), command: 'countersign.runPhase' },
  { label: l10n.t('$(list-tree) Show runs'), command: `${viewIds.runs}.focus` },
  { label: l10n.t('$(credit-card) Show spend'), command: `${viewIds.spend}.focus` },
  { label: l10n.t('$(output) Show output'), command: 'countersign.showOutput' },
];
