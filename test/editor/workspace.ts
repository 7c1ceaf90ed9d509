import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { openApprovals } from '../../src/config/approvals.ts';
import { runProgram } from './run-program.ts';

export interface Workspace {
  readonly folder: string;
  remove(): void;
}

/** Approves the workspace's configuration as a user does in the editor, for editors with this `XDG_CONFIG_HOME`. */
export async function approveConfiguration(folder: string, configHome: string): Promise<void> {
  const file = join(folder, '.countersign', 'config.yaml');
  const hash = createHash('sha256').update(readFileSync(file)).digest('hex');
  await (await openApprovals({ XDG_CONFIG_HOME: configHome })).approve({ file, hash });
}

/** A copy of `source` as a repository of its own with one commit, for a test to change as it likes; `prepare` changes it before that. */
export async function makeWorkspace(source: string, prepare: (folder: string) => void = () => {}): Promise<Workspace> {
  const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'countersign-workspace-'));
  // The folder's name is what the editor's title shows.
  const folder = join(scratch, basename(source));
  cpSync(source, folder, { recursive: true, filter: (path) => basename(path) !== 'node_modules' });
  prepare(folder);
  const git = (...args: string[]) => runProgram('git', args, { cwd: folder });
  await git('init', '--quiet', '--initial-branch=main');
  await git('config', 'user.name', 'Example');
  await git('config', 'user.email', 'example@example.invalid');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'Start');
  return { folder, remove: () => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }) };
}
