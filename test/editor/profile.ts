import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

export type Settings = Readonly<Record<string, unknown>>;

/** User settings of a throw-away profile: nothing opens, asks, updates or reports by itself. */
export const quietSettings: Settings = {
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'editor.accessibilitySupport': 'off',
  'editor.cursorBlinking': 'solid',
  // In a browser the editor saves by itself after a second, or later on a busy machine.
  'files.autoSave': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'window.commandCenter': false,
  'window.confirmBeforeClose': 'never',
  'window.title': `\${activeEditorShort}\${separator}\${rootName}`,
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** Settings under which a folder opens untrusted ("restricted mode") and nothing asks. */
export const untrustedSettings: Settings = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
};

/** Writes `settings.json` into `folder`: the quiet settings and those given, which win. */
export function writeSettings(folder: string, settings: Settings = {}): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'settings.json'), JSON.stringify({ ...quietSettings, ...settings }, null, 2));
}

/** The environment an editor starts with: no extension gallery, and nothing of an editor these tests were started from. */
export function editorEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_)/.test(name));
  // The example's checks need the Node that runs these tests, whatever Node the machine has.
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
  // As when it is started from a terminal: extensions get this environment, not that of a login shell.
  const fromTerminal = { VSCODE_CLI: '1' };
  return { ...Object.fromEntries(inherited), ...fromTerminal, PATH, EXTENSIONS_GALLERY: '{"serviceUrl":""}', ...extra };
}
