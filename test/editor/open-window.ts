import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { type BrowserOptions, openBrowser } from './browser.ts';
import { installDesktopExtension, openDesktop } from './desktop.ts';
import { findEditor } from './find-editor.ts';
import type { Settings } from './profile.ts';
import { installExtension, startServer, windowAddress } from './server.ts';

export interface WindowOptions extends BrowserOptions {
  /** The folder to open, or a `.code-workspace` file that names several. */
  readonly folder: string;
  /** Installed extensions, as `installIntoFolder` left them. */
  readonly extensionsFolder: string;
  readonly settings?: Settings;
  /** Open the folder untrusted. Otherwise it is trusted. */
  readonly untrusted?: boolean;
  /** Added to the environment of the editor and its extensions. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface OpenWindow {
  readonly page: Page;
  /** Hosts other than this machine that the window tried to reach; always empty on the desktop, where nobody looks. */
  readonly refusedHosts: ReadonlySet<string>;
  /** Closes the window and removes its profile. */
  close(): Promise<void>;
}

/** Installs a .vsix as a user does, into a folder that windows opened later may share. */
export async function installIntoFolder(vsix: string, extensionsFolder: string): Promise<void> {
  const editor = await findEditor();
  if (editor.kind === 'desktop') return installDesktopExtension(editor.executable, vsix, extensionsFolder);
  const dataFolder = mkdtempSync(join(tmpdir(), 'countersign-install-'));
  try {
    await installExtension(editor, vsix, { dataFolder, extensionsFolder });
  } finally {
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

/** Opens a window of a real VS Code with a fresh profile. Rejects with `EditorMissing` where there is none. */
export async function openWindow(options: WindowOptions): Promise<OpenWindow> {
  const editor = await findEditor();
  const dataFolder = mkdtempSync(join(tmpdir(), 'countersign-window-'));
  const removeProfile = () => rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  if (editor.kind === 'desktop') {
    const desktop = await openDesktop(editor.executable, { ...options, dataFolder });
    return { page: desktop.page, refusedHosts: new Set(), close: () => desktop.close().finally(removeProfile) };
  }
  const server = await startServer(editor, { ...options, dataFolder });
  const stopServer = () => server.stop().finally(removeProfile);
  try {
    const browser = await openBrowser(editor.browser, options);
    await browser.page.goto(windowAddress(server.port, options.folder));
    return { ...browser, close: () => browser.close().finally(stopServer) };
  } catch (error) {
    await stopServer();
    throw error;
  }
}
