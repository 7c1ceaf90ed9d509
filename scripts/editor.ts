// `npm run editor`: a fresh copy of the example in a real VS Code with this extension: the desktop one where there is
// one, else one in a browser, whose address is printed. Ends with the window, or with Ctrl+C.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findEditor } from '../test/editor/find-editor.ts';
import { installIntoFolder } from '../test/editor/open-window.ts';
import { packageExtension } from '../test/editor/package-extension.ts';
import { exampleFolder, projectFolder } from '../test/editor/paths.ts';
import { editorEnvironment, writeSettings } from '../test/editor/profile.ts';
import { startServer, windowAddress } from '../test/editor/server.ts';
import { approveConfiguration, makeWorkspace } from '../test/editor/workspace.ts';

const built = spawnSync(process.execPath, ['esbuild.mjs', '--quiet'], { cwd: projectFolder, stdio: 'inherit' });
if (built.status !== 0) process.exit(built.status ?? 1);
const editor = await findEditor();
const scratch = mkdtempSync(path.join(tmpdir(), 'countersign-editor-'));
const example = await makeWorkspace(exampleFolder);
const env = { XDG_CONFIG_HOME: path.join(scratch, 'config'), XDG_STATE_HOME: path.join(scratch, 'state') };
try {
  // The example's configuration is this project's own.
  await approveConfiguration(example.folder, env.XDG_CONFIG_HOME);
  const extensionsFolder = path.join(scratch, 'extensions');
  const dataFolder = path.join(scratch, 'data');
  const { file } = await packageExtension(projectFolder, path.join(scratch, 'countersign.vsix'));
  await installIntoFolder(file, extensionsFolder);
  console.log(`example: ${example.folder}`);
  if (editor.kind === 'desktop') {
    writeSettings(path.join(dataFolder, 'User'), { 'chat.disableAIFeatures': false });
    const folders = ['--user-data-dir', dataFolder, '--extensions-dir', extensionsFolder];
    const args = [example.folder, ...folders, '--disable-workspace-trust', '--skip-welcome', '--wait'];
    await once(spawn(editor.executable, args, { env: editorEnvironment(env), stdio: 'inherit' }), 'exit');
  } else {
    const settings = { 'chat.disableAIFeatures': false };
    const server = await startServer(editor, { dataFolder, extensionsFolder, settings, env });
    console.log(`editor: ${windowAddress(server.port, example.folder)}\nCtrl+C ends it.`);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    await server.stop();
  }
} finally {
  example.remove();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}
