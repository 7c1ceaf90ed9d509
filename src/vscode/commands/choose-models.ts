import { ConfigurationTarget, commands, l10n, type QuickPickItem, QuickPickItemKind, window, workspace } from 'vscode';
import { faultOf } from '../../domain/engine-error.ts';
import type { CommandId } from '../../manifest/commands.ts';
import type { App, Handler } from '../app.ts';
import { editorModels } from '../models/editor-models.ts';

interface ModelItem extends QuickPickItem {
  /** `PROVIDER/MODEL`; null to enter one. */
  readonly id?: string | null;
}

type Roles = Readonly<Record<string, string>>;

/** Picks the Builder and the Auditor, among VS Code's own models, those of configured servers, and by name. */
export const chooseModels: Handler = async (app) => {
  const items = await modelItems(app);
  const builder = await pickModel(items, l10n.t('Builder (1 of 2)'), l10n.t('Which model writes the change?'));
  if (!builder) return;
  const auditor = await pickModel(
    items,
    l10n.t('Auditor (2 of 2)'),
    l10n.t('Which model reviews it? Another one sees more.'),
  );
  if (!auditor) return;
  const settings = workspace.getConfiguration('countersign');
  const roles = settings.inspect<Roles>('models.roles')?.globalValue ?? {};
  await settings.update('models.roles', { ...roles, builder, auditor }, ConfigurationTarget.Global);
  app.session.refresh();
  app.status.tell(l10n.t('Models chosen'));
  await offerKey(app, [builder, auditor]);
};

async function modelItems({ session }: App): Promise<ModelItem[]> {
  const [own, configured] = await Promise.all([editorModels(), configuredModels(session)]);
  const section = (label: string, items: readonly ModelItem[]): ModelItem[] =>
    items.length === 0 ? [] : [{ label, kind: QuickPickItemKind.Separator }, ...items];
  return [
    ...section(
      l10n.t('Models in VS Code'),
      own.map(({ id, name, vendor }) => ({ label: name, description: vendor, id })),
    ),
    ...section(
      l10n.t('Configured'),
      configured.map((id) => ({ label: id.slice(id.indexOf('/') + 1), description: id.slice(0, id.indexOf('/')), id })),
    ),
    ...section(l10n.t('Other'), [
      {
        label: l10n.t('$(edit) Enter a model…'),
        detail: l10n.t('Of OpenAI, or of a server added with Set API Key'),
        id: null,
      },
    ]),
  ];
}

/** Models that the configuration names somewhere; those of VS Code stand in a section of their own. */
async function configuredModels(session: App['session']): Promise<readonly string[]> {
  try {
    const { roles, prices } = await session.use(({ config }) => config.config.models);
    const named = [...Object.values(roles).filter((id) => id !== undefined), ...Object.keys(prices)];
    return [...new Set(named)].filter((id) => !id.startsWith('vscode/')).sort();
  } catch (error) {
    if (faultOf(error).code === 'internal/defect') throw error;
    return [];
  }
}

async function pickModel(items: readonly ModelItem[], title: string, placeHolder: string): Promise<string | null> {
  const chosen = await window.showQuickPick(items, { title, placeHolder, matchOnDescription: true });
  if (!chosen || chosen.id === undefined) return null;
  if (chosen.id !== null) return chosen.id;
  const entered = await window.showInputBox({
    title,
    prompt: l10n.t('The provider and the model’s own name, such as openai/gpt-6-sol or lab/some-model.'),
    placeHolder: 'PROVIDER/MODEL',
    validateInput: (text) => (/^[^/\s]+\/\S+$/.test(text.trim()) ? null : l10n.t('It must read PROVIDER/MODEL.')),
  });
  return entered?.trim() ?? null;
}

/** A model of OpenAI needs a key; VS Code's own and local servers need none. */
async function offerKey({ keys }: App, models: readonly string[]): Promise<void> {
  const needsKey = models.some((id) => id.startsWith('openai/'));
  if (!needsKey || keys.providers.has('openai') || process.env.OPENAI_API_KEY) return;
  const set = l10n.t('Set API Key');
  void window.showInformationMessage(l10n.t('OpenAI needs a key.'), set).then((answer) => {
    if (answer === set) return commands.executeCommand('countersign.setApiKey' satisfies CommandId);
  });
}
