import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Landing, Staged } from '../../src/domain/proposal.ts';
import type { Result } from '../../src/domain/result.ts';
import type { OpenRepository } from '../../src/git/open-repository.ts';
import { landRequest, type Scratch, scratchRepository, stagedByGit } from '../unit/git/support.ts';

/** Everything that moves a branch. */
export const actionNames = ['landing', 'run-landing', 'rollback', 'undo', 'merge', 'restore'] as const;
export type ActionName = (typeof actionNames)[number];

interface Prepared {
  readonly staged: Staged;
  readonly landing: Landing | null;
  readonly savePoint: string | null;
}

const runBranch = 'refs/heads/countersign/run1';

/** A repository just before an action, with work of the user's all around the files that the action touches. */
export async function prepare(action: ActionName): Promise<Scratch> {
  const scratch = scratchRepository({
    '.gitignore': '*.ignored\n',
    'changed.txt': 'one\ntwo\nthree\n',
    'script.sh': '#!/bin/sh\necho one\n',
    'gone/deep/leaves.txt': 'leaves\n',
    'becomes-folder': 'a file\n',
    'becomes-file/deep/one.txt': 'in a folder\n',
    'becomes-file/two.txt': 'in a folder\n',
    'dirty.txt': 'clean\n',
    'staged.txt': 'clean\n',
    'stashed.txt': 'clean\n',
  });
  scratch.git('update-index', '--chmod=+x', 'script.sh');
  scratch.git('commit', '--quiet', '-m', 'executable');
  scratch.git('reset', '--quiet', '--hard');
  const change = stagedByGit(scratch, () => {
    scratch.write('changed.txt', 'one\nTWO\nthree\n');
    scratch.write('script.sh', '#!/bin/sh\necho two\n', 0o755);
    scratch.write('new/deep/file.txt', 'new\n');
    scratch.git('rm', '--quiet', '-r', 'gone/deep/leaves.txt', 'becomes-folder', 'becomes-file');
    scratch.write('becomes-folder/file.txt', 'now a folder\n');
    scratch.write('becomes-file', 'now a file\n');
  });
  scratch.git('branch', 'elsewhere');
  const repository = await scratch.open();
  const prepared = await goBefore(action, repository, change);
  scratch.write('stashed.txt', 'stashed\n');
  scratch.git('stash', 'push', '--quiet');
  scratch.write('dirty.txt', 'dirty\n');
  scratch.write('staged.txt', 'staged\n');
  scratch.git('add', 'staged.txt');
  scratch.write('untracked.txt', 'untracked\n');
  scratch.write('some.ignored', 'ignored\n');
  writeFileSync(join(scratch.folder, 'prepared.json'), JSON.stringify(prepared));
  return scratch;
}

async function goBefore(action: ActionName, repository: OpenRepository, change: Staged): Promise<Prepared> {
  const prepared = { staged: change, landing: null, savePoint: null };
  if (action === 'landing') return prepared;
  const branch = action === 'run-landing' || action === 'merge' ? runBranch : 'refs/heads/main';
  if (branch === runBranch) assert.equal(await repository.openRunBranch('run1', change.base), runBranch);
  if (action === 'run-landing') return prepared;
  const landing = valueIn(await repository.land(landRequest(change, branch)));
  const points = await repository.savePoints();
  return { ...prepared, landing, savePoint: points[0]?.ref ?? null };
}

/** Does what the repository in this folder was prepared for. */
export function act(action: ActionName, repository: OpenRepository, folder: string): Promise<Result<unknown>> {
  const prepared = JSON.parse(readFileSync(join(folder, 'prepared.json'), 'utf8')) as Prepared;
  const landing = prepared.landing as Landing;
  switch (action) {
    case 'landing':
      return repository.land(landRequest(prepared.staged));
    case 'run-landing':
      return repository.land(landRequest(prepared.staged, runBranch));
    case 'rollback':
      return repository.rollback([landing], []);
    case 'undo':
      return repository.undo([landing]);
    case 'merge':
      return repository.mergeRunBranch('run1', 'refs/heads/main');
    case 'restore':
      return repository.restoreSavePoint(prepared.savePoint as string);
  }
}

export function valueIn<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.value;
}
