import { createHash } from 'node:crypto';
import { mkdir, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { commands, Uri } from 'vscode';
import type { Handler } from '../app.ts';

/** Opens a fresh copy of the example in a window of its own. */
export const openExample: Handler = async ({ context }) => {
  const [{ makeExample }, { approveWorkspace }] = await Promise.all([
    import('../../compose/make-example.ts'),
    import('../../compose.ts'),
  ]);
  const shipped = path.join(context.extensionPath, 'examples', 'hello-service');
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const parent = path.join(context.globalStorageUri.fsPath, 'examples', stamp);
  await mkdir(parent, { recursive: true });
  const folder = await realpath(await makeExample(shipped, path.join(parent, 'hello-service'), process.env));
  // Its configuration came with the extension, so the user need not be asked about it.
  const file = path.join(folder, '.countersign', 'config.yaml');
  const hash = createHash('sha256')
    .update(await readFile(file, 'utf8'))
    .digest('hex');
  await approveWorkspace({ file, hash }, process.env);
  await commands.executeCommand('vscode.openFolder', Uri.file(folder), { forceNewWindow: true });
};
