import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { type Disposable, lm, McpStdioServerDefinition, workspace } from 'vscode';
import { mcpProviderId } from '../../manifest/chat.ts';
import type { Session } from '../session.ts';

/** Tells VS Code of `countersign mcp` for the folder that is worked on, where the command line is installed. */
export function registerMcpProvider(session: Session): Disposable {
  return lm.registerMcpServerDefinitionProvider(mcpProviderId, {
    onDidChangeMcpServerDefinitions: workspace.onDidGrantWorkspaceTrust,
    provideMcpServerDefinitions: () => mcpServersFor(session.folder?.uri.fsPath ?? null, process.env),
  });
}

/** The server for a folder; none where the folder is not trusted, or where there is no command line. */
export async function mcpServersFor(
  directory: string | null,
  environment: NodeJS.ProcessEnv,
): Promise<McpStdioServerDefinition[]> {
  const program = await commandLine(environment);
  if (!workspace.isTrusted || directory === null || program === null) return [];
  return [new McpStdioServerDefinition('Countersign', program, ['mcp', '--repo', directory])];
}

/** Where `countersign` is found, by absolute folders of the search path alone: a folder must not bring one along. */
async function commandLine(environment: NodeJS.ProcessEnv): Promise<string | null> {
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
