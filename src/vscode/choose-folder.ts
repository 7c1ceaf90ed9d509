import { l10n, Uri, type WorkspaceFolder, window, workspace } from 'vscode';
import type { CommandId } from '../manifest/commands.ts';
import type { App, Handler } from './app.ts';

const onDisk = ({ uri }: WorkspaceFolder) => uri.scheme === 'file';

/** Commands that begin something in a folder: with several, it must be clear in which. */
const beginning: ReadonlySet<string> = new Set<CommandId>([
  'countersign.newPhase',
  'countersign.planFromGoal',
  'countersign.runPhase',
  'countersign.runPlan',
  'countersign.forecast',
  'countersign.auditStaged',
  'countersign.auditBranch',
  'countersign.auditPatch',
  'countersign.trainPrepare',
  'countersign.trainNow',
]);

/**
 * In a window of several folders: the folder of the file that a command was called on is the one that is worked on; for
 * a command that begins something, else that of the file in front, else the one that the user picks. False where they
 * pick none.
 */
export async function settleFolder({ session }: App, id: string, argument: unknown): Promise<boolean> {
  const folders = (workspace.workspaceFolders ?? []).filter(onDisk);
  if (folders.length < 2) return true;
  const called = uriIn(argument);
  const named = called && workspace.getWorkspaceFolder(called);
  if (named && onDisk(named)) {
    session.workIn(named);
    return true;
  }
  if (!beginning.has(id)) return true;
  const front = window.activeTextEditor?.document.uri;
  const folder = (front && workspace.getWorkspaceFolder(front)) ?? (await pickFolder());
  if (!folder) return false;
  session.workIn(folder);
  return true;
}

/** Shows the runs, reviews and spend of another folder of the window. */
export const chooseFolder: Handler = async ({ session }, argument) => {
  const named = argument instanceof Uri ? workspace.getWorkspaceFolder(argument) : undefined;
  const folder = named ?? (await pickFolder());
  if (folder) session.workIn(folder);
};

const pickFolder = () =>
  window.showWorkspaceFolderPick({ placeHolder: l10n.t('Choose the folder that Countersign works in') });

/** Of a file, or of a repository in the Source Control view. */
function uriIn(argument: unknown): Uri | null {
  if (argument instanceof Uri) return argument;
  if (typeof argument !== 'object' || argument === null) return null;
  const { rootUri, uri } = argument as { readonly rootUri?: unknown; readonly uri?: unknown };
  if (rootUri instanceof Uri) return rootUri;
  return uri instanceof Uri ? uri : null;
}
