import { commands, l10n, window } from 'vscode';
import type { CommandId } from '../../manifest/commands.ts';
import type { Handler } from '../app.ts';

/** Says in full why a phase, or a tier, ended as it did, with the way to what led there. */
export const showReason: Handler = async ({ session }, argument) => {
  const { runId, phaseId, tierId } = (argument ?? {}) as Record<string, unknown>;
  if (typeof runId !== 'string') return;
  const found = await session.look(async ({ reader }) => {
    if (typeof phaseId === 'string') return (await reader.phase(runId, phaseId))?.reason ?? null;
    const events = await reader.events(runId);
    const end = events.findLast((event) => event.type === 'tier-end' && event.tierId === tierId);
    return end?.type === 'tier-end' ? end.reason : null;
  });
  const show = l10n.t('Show Trajectory');
  const command: CommandId = 'countersign.showTrajectory';
  // The command has done its work: what becomes of the message is nobody's to wait for.
  void window
    .showInformationMessage(found ?? l10n.t('No reason was kept.'), show)
    .then((chosen) => chosen && commands.executeCommand(command, { runId, phaseId }));
};
