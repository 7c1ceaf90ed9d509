import { type LanguageModelChat, lm, workspace } from 'vscode';

/** The name under which VS Code's own models are configured: `vscode/VENDOR/ID`. */
export const editorProvider = 'vscode';

export interface EditorModel {
  /** As `models.roles` names it. */
  readonly id: string;
  readonly name: string;
  readonly vendor: string;
}

/** The models that VS Code offers; none where the user does not want them used. */
export async function editorModels(): Promise<readonly EditorModel[]> {
  if (!workspace.getConfiguration('countersign').get<boolean>('models.useEditorModels', true)) return [];
  const models = await lm.selectChatModels();
  return models.map(({ vendor, id, name }: LanguageModelChat) => ({
    id: `${editorProvider}/${vendor}/${id}`,
    name: name || id,
    vendor,
  }));
}
