import { commands, type Disposable } from 'vscode';
import type { CommandId } from '../manifest/commands.ts';
import type { App, Handler } from './app.ts';
import { approve } from './commands/approve.ts';
import { approveConfiguration } from './commands/approve-configuration.ts';
import { chooseModels } from './commands/choose-models.ts';
import { openExample } from './commands/open-example.ts';
import { openReview } from './commands/open-review.ts';
import { reject } from './commands/reject.ts';
import { requestChanges } from './commands/request-changes.ts';
import { rollBack } from './commands/roll-back.ts';
import { runPhase } from './commands/run-phase.ts';
import { setApiKey } from './commands/set-api-key.ts';
import { showStatus } from './commands/show-status.ts';
import { showFault } from './show-fault.ts';

/** One handler for each command of the manifest: one without a handler does not compile. */
const handlers: Record<CommandId, Handler> = {
  'countersign.runPhase': runPhase,
  'countersign.openReview': openReview,
  'countersign.approve': approve,
  'countersign.approveByKey': approve,
  'countersign.requestChanges': requestChanges,
  'countersign.reject': reject,
  'countersign.rollBack': rollBack,
  'countersign.setApiKey': setApiKey,
  'countersign.chooseModels': chooseModels,
  'countersign.approveConfiguration': approveConfiguration,
  'countersign.openExample': openExample,
  'countersign.showStatus': showStatus,
  'countersign.showOutput': ({ log }) => log.show(),
  'countersign.showMoreRuns': ({ runs }) => runs.showMore(),
};

export function registerCommands(app: App): readonly Disposable[] {
  return Object.entries(handlers).map(([id, handler]) =>
    commands.registerCommand(id, async (...args: unknown[]) => {
      try {
        await handler(app, ...args);
      } catch (error) {
        showFault(error, app.log, app.session.folder?.uri.fsPath ?? null);
      }
    }),
  );
}
