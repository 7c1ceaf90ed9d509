import { type Disposable, commands as editorCommands } from 'vscode';
import { commands } from '../manifest/commands.ts';
import type { App } from './app.ts';
import { showFault } from './show-fault.ts';

/** Registers every command of the manifest. What they do is loaded with the first one that is called. */
export function registerCommands(app: App): readonly Disposable[] {
  return commands.map(({ id }) =>
    editorCommands.registerCommand(id, async (...args: unknown[]) => {
      try {
        const [{ handlers }, { settleFolder }] = await Promise.all([
          import('./commands.ts'),
          import('./choose-folder.ts'),
        ]);
        if (await settleFolder(app, id, args[0])) await handlers[id](app, ...args);
      } catch (error) {
        showFault(error, app.log, app.session.folder?.uri.fsPath ?? null);
      }
    }),
  );
}
