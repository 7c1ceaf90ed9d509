import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { downloadAndUnzipVSCode, SilentReporter } from '@vscode/test-electron';
import { EditorMissing, installEditor, type ServerEditor } from './install.ts';
import { editorCacheFolder } from './paths.ts';
import { desktopVersion, recipe } from './recipe.ts';

/** A desktop VS Code, or the one that runs in a browser. */
export type Editor =
  | { readonly kind: 'desktop'; readonly executable: string }
  | ({ readonly kind: 'server' } & ServerEditor);

async function downloadDesktop(): Promise<string> {
  const cachePath = join(dirname(editorCacheFolder(recipe)), 'desktop');
  return downloadAndUnzipVSCode({
    version: desktopVersion,
    cachePath,
    timeout: 30_000,
    reporter: new SilentReporter(),
  });
}

/**
 * The VS Code that tests run in: the one `VSCODE_EXECUTABLE` names; where there is a screen, a desktop one from
 * Microsoft's download; on Linux the one in a browser, which needs neither. Rejects with `EditorMissing`.
 */
export async function findEditor(): Promise<Editor> {
  const chosen = process.env.VSCODE_EXECUTABLE;
  if (chosen) {
    if (existsSync(chosen)) return { kind: 'desktop', executable: chosen };
    throw new EditorMissing(`VSCODE_EXECUTABLE names ${chosen}, which does not exist.`);
  }
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  const linux = process.platform === 'linux';
  if (linux && !DISPLAY && !WAYLAND_DISPLAY) return { kind: 'server', ...(await installEditor()) };
  try {
    return { kind: 'desktop', executable: await downloadDesktop() };
  } catch (error) {
    const remedy = 'Set VSCODE_EXECUTABLE to the executable of an installed VS Code.';
    if (!linux)
      throw new EditorMissing(`VS Code ${desktopVersion} could not be downloaded. ${remedy}`, { cause: error });
    console.log('editor: no desktop VS Code could be downloaded; taking the one in a browser');
    return { kind: 'server', ...(await installEditor()) };
  }
}
