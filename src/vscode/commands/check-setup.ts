import { l10n, ProgressLocation, type QuickPickItem, window } from 'vscode';
import type { SetupFinding } from '../../compose/examine-setup.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { Handler } from '../app.ts';
import { settingsLayer } from '../read-settings.ts';

const icons = { good: 'pass', warning: 'warning', bad: 'error' } as const;

/** Shows what a run rests on, and what to do where something of it is not good. */
export const checkSetup: Handler = async ({ session, keys }) => {
  const directory = session.folder?.uri.fsPath;
  if (directory === undefined) throw new EngineError({ code: 'repository/none', directory: l10n.t('This window') });
  const stopped = new AbortController();
  const options = { location: ProgressLocation.Notification, title: l10n.t('Checking the set-up'), cancellable: true };
  const findings = await window.withProgress(options, async (_, token) => {
    token.onCancellationRequested(() => stopped.abort());
    const { examineSetup } = await import('../../compose/examine-setup.ts');
    return examineSetup({
      directory,
      environment: process.env,
      configFile: null,
      ownLayers: [settingsLayer()],
      models: { keyFor: (provider) => keys.get(provider), storedKeys: keys.providers },
      signal: stopped.signal,
      clean: false,
    });
  });
  await window.showQuickPick(findings.map(rowOf), { title: l10n.t('Check Setup'), matchOnDetail: true });
};

function rowOf({ about, state, message, remedy }: SetupFinding): QuickPickItem {
  return { label: `$(${icons[state]}) ${about}`, description: message, ...(remedy ? { detail: remedy } : {}) };
}
