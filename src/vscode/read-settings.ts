import { workspace } from 'vscode';
import { editorLayer, type SettingKey } from '../manifest/settings.ts';

/** What the user set for a key; undefined where only the default holds, so that weaker layers may speak. */
function readSetting(key: SettingKey): unknown {
  const found = workspace.getConfiguration('countersign').inspect(key);
  return found?.workspaceFolderValue ?? found?.workspaceValue ?? found?.globalValue;
}

/** The layer of configuration that the editor's settings make. */
export function settingsLayer() {
  return { origin: 'editor', file: null, values: editorLayer(readSetting) } as const;
}
