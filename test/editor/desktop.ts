import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveCliPathFromVSCodeExecutablePath } from '@vscode/test-electron';
import { _electron as electron, type Page } from 'playwright-core';
import { editorEnvironment, type Settings, untrustedSettings, writeSettings } from './profile.ts';
import { runProgram } from './run-program.ts';

export interface DesktopOptions {
  readonly folder: string;
  readonly dataFolder: string;
  readonly extensionsFolder: string;
  readonly settings?: Settings;
  readonly untrusted?: boolean;
  readonly env?: NodeJS.ProcessEnv;
  readonly language?: string;
}

/** Gives the editor a display language without its language pack: one that has no word for it, so its own stay English. */
function writeLanguagePack(dataFolder: string, language: string): void {
  const words = join(dataFolder, 'no-words.i18n.json');
  writeFileSync(words, JSON.stringify({ version: '1.0.0', contents: {} }));
  const pack = { hash: 'none', extensions: [], translations: { vscode: words }, label: language };
  writeFileSync(join(dataFolder, 'languagepacks.json'), JSON.stringify({ [language]: pack }));
}

/** The desktop draws these with the system's own widgets unless told otherwise, where no test can reach them. */
const drawnByItself: Settings = {
  'window.dialogStyle': 'custom',
  'window.menuStyle': 'custom',
  'window.titleBarStyle': 'custom',
};

/** Opens a window of a desktop VS Code. `executable` is the editor itself, not its `code` script. */
export async function openDesktop(
  executable: string,
  options: DesktopOptions,
): Promise<{ page: Page; close(): Promise<void> }> {
  const trust = options.untrusted ? untrustedSettings : {};
  writeSettings(join(options.dataFolder, 'User'), { ...drawnByItself, ...trust, ...options.settings });
  const args = [options.folder, '--user-data-dir', options.dataFolder, '--extensions-dir', options.extensionsFolder];
  args.push('--skip-welcome', '--skip-release-notes', '--disable-updates', '--no-sandbox');
  if (options.language) {
    writeLanguagePack(options.dataFolder, options.language);
    args.push('--locale', options.language);
  }
  if (!options.untrusted) args.push('--disable-workspace-trust');
  const entries = Object.entries(editorEnvironment(options.env)).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const application = await electron.launch({ executablePath: executable, args, env: Object.fromEntries(entries) });
  return { page: await application.firstWindow(), close: () => application.close() };
}

/** Installs a packaged extension (.vsix) into `extensionsFolder`. */
export async function installDesktopExtension(
  executable: string,
  vsix: string,
  extensionsFolder: string,
): Promise<void> {
  const program = resolveCliPathFromVSCodeExecutablePath(executable);
  const folders = ['--extensions-dir', extensionsFolder, '--user-data-dir', join(extensionsFolder, '..', 'install')];
  await runProgram(program, ['--install-extension', vsix, '--force', ...folders], { env: editorEnvironment() });
}
