import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Staged } from '../../../src/domain/proposal.ts';
import { type PhaseSpec, phaseSpecSchema } from '../../../src/domain/spec.ts';
import type { AttemptScope } from '../../../src/engine/ports/run.ts';
import type { RepositoryOptions } from '../../../src/git/context.ts';
import { type OpenRepository, openRepository } from '../../../src/git/open-repository.ts';

export const scope: AttemptScope = { runId: 'run1', tierId: null, phaseId: 'phase1', attempt: 1 };

export function specOf(part: Record<string, unknown> = {}): PhaseSpec {
  return phaseSpecSchema.parse({ id: 'phase1', goal: 'Change something.', ...part });
}

/** A scratch repository of its own, with plain git to look at it from outside. */
export interface Scratch {
  readonly folder: string;
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
  git(...words: string[]): string;
  write(path: string, content: string | Uint8Array, mode?: number): void;
  read(path: string): string;
  commit(message?: string): string;
  open(options?: RepositoryOptions): Promise<OpenRepository>;
  remove(): void;
}

export function scratchRepository(files: Record<string, string> = { 'a.txt': 'one\ntwo\nthree\n' }): Scratch {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'countersign-git-')));
  const root = join(folder, 'project');
  mkdirSync(join(folder, 'home'), { recursive: true });
  mkdirSync(root);
  const environment: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: join(folder, 'home'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    GIT_CONFIG_NOSYSTEM: '1',
  };
  const scratch: Scratch = {
    folder,
    root,
    environment,
    git: (...words) => plainGit(root, environment, words),
    write(path, content, mode) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
      if (mode !== undefined) chmodSync(join(root, path), mode);
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    commit(message = 'change') {
      scratch.git('add', '--all');
      scratch.git('commit', '--quiet', '--allow-empty', '-m', message);
      return scratch.git('rev-parse', 'HEAD');
    },
    open: (options = {}) => openRepository(root, { environment, waitSeconds: 0.3, ...options }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  scratch.git('init', '--quiet', '--initial-branch=main');
  scratch.git('config', '--global', 'user.name', 'Ada');
  scratch.git('config', '--global', 'user.email', 'ada@example.org');
  for (const [path, content] of Object.entries(files)) scratch.write(path, content);
  if (Object.keys(files).length > 0) scratch.commit('first');
  return scratch;
}

export function plainGit(directory: string, environment: NodeJS.ProcessEnv, words: readonly string[]): string {
  const output = execFileSync('git', [...words], {
    cwd: directory,
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 28,
  });
  return output.replace(/\n$/, '');
}

export async function staged(repository: OpenRepository, reply: string): Promise<Staged> {
  const { commit } = await repository.head();
  const result = await repository.stage({ scope, spec: specOf(), reply, base: commit });
  assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.fault));
  return result.value;
}

export function landRequest(change: Staged, branch = 'refs/heads/main') {
  const trailers = [['Countersign-Run', 'run1']] as const;
  return { scope, staged: change, branch, message: 'Land it', trailers };
}

/** A staged change made with plain git: for what no patch expresses, such as links or a file that becomes a folder. */
export function stagedByGit(scratch: Scratch, change: () => void): Staged {
  const base = scratch.git('rev-parse', 'HEAD');
  change();
  scratch.git('add', '--all');
  const tree = scratch.git('write-tree');
  const commit = scratch.git('commit-tree', '-p', base, '-m', 'staged', tree);
  const ref = `refs/countersign/staged/test/${commit}`;
  scratch.git('update-ref', ref, commit);
  scratch.git('reset', '--quiet', '--hard');
  return { base, commit, tree, ref, patch: '', files: [], repairs: [], flags: [] };
}
