import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { CheckReport } from '../../../src/domain/checks.ts';
import { type Config, configSchema } from '../../../src/domain/config.ts';
import type { Staged } from '../../../src/domain/proposal.ts';
import { type PhaseSpec, phaseSpecSchema } from '../../../src/domain/spec.ts';
import type { CheckProgress, WorktreePool } from '../../../src/engine/ports/checks.ts';

export type Files = Readonly<Record<string, string | null>>;

/** A real repository below a made-up home, with worktrees made by plain git. */
export interface Ground {
  readonly home: string;
  readonly root: string;
  readonly prepared: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly worktrees: WorktreePool & { readonly leased: string[]; readonly released: string[] };
  /** Commits the files on top of `parent` (default: the base) and describes it as a staged patch. */
  stage(files: Files, parent?: string): Staged;
  /** A commit of the base with some files of another commit. */
  baseWith(staged: Staged, paths: readonly string[]): string;
  git(...args: string[]): string;
  remove(): void;
}

export function makeGround(files: Files): Ground {
  const top = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'countersign-ground-')));
  const home = path.join(top, 'home');
  const root = path.join(home, 'project');
  mkdirSync(root, { recursive: true });
  const environment = { ...process.env, HOME: home };
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], {
      cwd: root,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1' },
    }).trim();
  const write = (changes: Files) => {
    for (const [name, text] of Object.entries(changes)) {
      const file = path.join(root, name);
      if (text === null) rmSync(file);
      else {
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
    }
  };
  const commit = () => {
    git('add', '-A');
    git('commit', '-q', '--allow-empty', '-m', 'state');
    return git('rev-parse', 'HEAD');
  };
  git('init', '-q', '-b', 'main');
  write(files);
  const base = commit();
  return {
    home,
    root,
    prepared: path.join(home, '.cache', 'prepared'),
    environment,
    worktrees: makeWorktrees(path.join(home, '.cache', 'countersign'), git),
    git,
    stage(changes, parent = base) {
      git('checkout', '-q', '--detach', parent);
      write(changes);
      const made = commit();
      git('checkout', '-q', 'main');
      return describeCommit(git, parent, made);
    },
    baseWith(staged, paths) {
      git('checkout', '-q', '--detach', staged.base);
      for (const name of paths) {
        const there = git('ls-tree', '--name-only', staged.commit, '--', name) !== '';
        git(...(there ? ['checkout', '-q', staged.commit, '--', name] : ['rm', '-q', '--', name]));
      }
      const made = commit();
      git('checkout', '-q', 'main');
      return made;
    },
    remove: () => rmSync(top, { recursive: true, force: true }),
  };
}

function describeCommit(git: Ground['git'], base: string, commit: string): Staged {
  const patch = git('diff', '--no-renames', base, commit);
  const tree = git('rev-parse', `${commit}^{tree}`);
  return { base, commit, tree, ref: 'refs/countersign/test', patch, files: [], repairs: [], flags: [] };
}

function makeWorktrees(cache: string, git: Ground['git']): Ground['worktrees'] {
  const leased: string[] = [];
  const released: string[] = [];
  return {
    leased,
    released,
    async lease(commit) {
      const directory = path.join(cache, String(leased.length + 1));
      mkdirSync(cache, { recursive: true });
      git('worktree', 'add', '-q', '--detach', directory, commit);
      leased.push(commit);
      return {
        directory,
        release: async () => {
          released.push(commit);
        },
      };
    },
  };
}

export const scope = { runId: 'run', tierId: null, phaseId: 'phase', attempt: 1 };
export const cleanScan = { findings: [], protectedPaths: [] };

export function makeSpec(verify: readonly object[], more: object = {}): PhaseSpec {
  return phaseSpecSchema.parse({ id: 'phase', goal: 'Do it.', verify, ...more });
}

export function makeChecks(checks: object = {}): Config['checks'] {
  return configSchema.parse({ checks }).checks;
}

export function silentProgress(): CheckProgress & { readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    onStart: async (command) => {
      told.push(`start ${command}`);
    },
    onEnd: async (result) => {
      told.push(`end ${result.command} ${result.outcome}`);
    },
  };
}

/** The outcomes with their outputs, for a message that helps when one is not as wanted. */
export function outcomes(report: CheckReport): readonly string[] {
  return report.results.map((result) => result.outcome);
}

export const normal = { strict: false, signed: false };
