import { commands, Range } from 'vscode';
import type { Session } from '../session.ts';
import { proposalUri, type ReviewKey } from './proposal-uri.ts';

/** Shows a line (from 1) of the proposed side of a change, beside the file as it is now where it was there before. */
export async function openPlace(session: Session, key: ReviewKey, path: string, line: number): Promise<void> {
  const staged = await session.use(({ ledger }) => ledger.phase(key.runId, key.phaseId)?.staged);
  if (!staged?.files.some((file) => file.path === path)) return;
  const file = { ...key, path };
  const proposed = proposalUri({ ...file, side: 'proposed', commit: staged.commit });
  const current = proposalUri({ ...file, side: 'current', commit: staged.base });
  const [before, after] = await session.use(({ repository }) =>
    Promise.all([repository.tree(staged.base).read([path]), repository.tree(staged.commit).read([path])]),
  );
  const at = new Range(line - 1, 0, line - 1, 0);
  if (!after.has(path)) await commands.executeCommand('vscode.open', current);
  else if (before.has(path)) await commands.executeCommand('vscode.diff', current, proposed, path, { selection: at });
  else await commands.executeCommand('vscode.open', proposed, { selection: at });
}
