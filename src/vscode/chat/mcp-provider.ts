import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { type Disposable, lm, McpStdioServerDefinition, workspace } from 'vscode';
import { mcpProviderId } from '../../manifest/chat.ts';
import type { Session } from '../session.ts';

/** Tells VS Code of `countersign mcp` for the folder that is worked on, where the command line is installed. */
export function registerMcpProvider(session: Session): Disposable {
  return lm.registerMcpServerDefinitionProvider(mcpProviderId, {
    onDidChangeMcpServerDefinitions: workspace.onDidGrantWorkspaceTrust,
    async provideMcpServerDefinitions() {
      const directory = session.folder?.uri.fsPath;
      const program = await commandLine(process.env);
      if (!workspace.isTrusted || directory === undefined || program === null) return [];
      return [new McpStdioServerDefinition('Countersign', program, ['mcp', '--repo', directory])];
    },
  });
}

/** Where `countersign` is found, by absolute folders of the search path alone: a folder must not bring one along. */
export async function commandLine(environment: NodeJS.ProcessEnv): Promise<string | null> {
  const names = process.platform === 'win32' ? ['countersign.cmd', 'countersign.exe'] : ['countersign'];
  const folders = (environment.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  for (const file of folders.flatMap((folder) => names.map((name) => path.join(folder, name)))) {
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return null;
}
