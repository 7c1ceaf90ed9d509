import { ConfigurationTarget, l10n, type QuickPickItem, window, workspace } from 'vscode';
import { faultOf } from '../../domain/engine-error.ts';
import type { App, Handler } from '../app.ts';

interface ProviderItem extends QuickPickItem {
  /** Null to enter one that is not known yet. */
  readonly provider: string | null;
}

/** Keeps the key of a provider in the system’s secret storage, or removes it. */
export const setApiKey: Handler = async (app) => {
  const chosen = await window.showQuickPick(await providerItems(app), {
    title: l10n.t('Set API Key'),
    placeHolder: l10n.t('Whose key?'),
  });
  const provider = chosen && (chosen.provider ?? (await addProvider()));
  if (provider) await askForKey(app, provider);
};

async function providerItems({ session, keys }: App): Promise<ProviderItem[]> {
  const configured = await providersIn(session);
  const names = [...new Set(['openai', ...configured, ...keys.providers])];
  const items = names.map((provider) => ({
    label: provider === 'openai' ? l10n.t('OpenAI') : provider,
    description: keys.providers.has(provider) ? l10n.t('a key is stored') : '',
    provider,
  }));
  return [
    ...items,
    {
      label: l10n.t('$(add) Another server…'),
      detail: l10n.t('Any server that speaks the OpenAI API'),
      provider: null,
    },
  ];
}

/** Configured servers; none where there is no folder to read a configuration for. */
async function providersIn(session: App['session']): Promise<readonly string[]> {
  try {
    const providers = await session.use(({ config }) => config.config.models.providers);
    return Object.entries(providers).flatMap(([name, provider]) => ('cassette' in provider ? [] : [name]));
  } catch (error) {
    if (faultOf(error).code === 'internal/defect') throw error;
    return Object.keys(workspace.getConfiguration('countersign').get<object>('models.providers', {}));
  }
}

async function addProvider(): Promise<string | null> {
  const title = l10n.t('Another server');
  const name = await window.showInputBox({
    title,
    prompt: l10n.t('A short name for it. Models are then named NAME/MODEL.'),
    placeHolder: 'lab',
    validateInput: (text) => (/^[\w.-]+$/.test(text) ? null : l10n.t('Letters, digits, ".", "_" and "-" only.')),
  });
  if (!name) return null;
  const baseUrl = await window.showInputBox({
    title,
    prompt: l10n.t('The base address of its API, usually ending in /v1.'),
    placeHolder: 'http://127.0.0.1:8080/v1',
    validateInput: (text) =>
      /^https?:\/\/\S+$/.test(text) ? null : l10n.t('An address that begins with http:// or https://.'),
  });
  if (!baseUrl) return null;
  const settings = workspace.getConfiguration('countersign');
  const providers = settings.inspect<object>('models.providers')?.globalValue ?? {};
  await settings.update('models.providers', { ...providers, [name]: { baseUrl } }, ConfigurationTarget.Global);
  return name;
}

async function askForKey({ keys, session, status }: App, provider: string): Promise<void> {
  const stored = keys.providers.has(provider);
  const key = await window.showInputBox({
    title: l10n.t('Key for {0}', provider),
    prompt: stored
      ? l10n.t('It replaces the stored one. Leave it empty to remove that.')
      : l10n.t('It is kept in the system’s secret storage.'),
    password: true,
    ignoreFocusOut: true,
  });
  if (key === undefined || (key.trim() === '' && !stored)) return;
  if (key.trim() === '') await keys.remove(provider);
  else await keys.set(provider, key.trim());
  session.refresh();
  status.tell(
    key.trim() === '' ? l10n.t('Key for {0} removed', provider) : l10n.t('Key for {0} stored', provider),
    'key',
  );
}
