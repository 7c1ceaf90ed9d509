import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainGit } from '../unit/git/support.ts';

/** A prepared repository's copy: the folder with the project, and the environment for plain git in it. */
export interface Copy {
  readonly folder: string;
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
}

export function copyOf(template: string, parent = tmpdir()): Copy {
  const folder = realpathSync(mkdtempSync(join(parent, 'countersign-fault-')));
  cpSync(template, folder, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return copyAt(folder);
}

export function copyAt(folder: string): Copy {
  const environment = {
    PATH: process.env.PATH,
    HOME: join(folder, 'home'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_OPTIONAL_LOCKS: '0',
  };
  return { folder, root: join(folder, 'project'), environment };
}

export function removeCopy(copy: Copy): void {
  rmSync(copy.folder, { recursive: true, force: true });
}

/** All of the user's: files with modes, index, HEAD, refs and stash; Countersign's own refs are left out. */
export interface Observed {
  readonly files: Readonly<Record<string, string>>;
  readonly folders: readonly string[];
  readonly index: string;
  /** The index file itself. A move that was undone never wrote to it. */
  readonly indexBytes: string;
  readonly head: string;
  /** The commit's tree, because a commit made anew has another time and name. */
  readonly tree: string;
  readonly refs: string;
}

export function observe(copy: Copy): Observed {
  const git = (...words: string[]) => plainGit(copy.root, copy.environment, words);
  const files: Record<string, string> = {};
  const folders: string[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(join(copy.root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (path === '.git') continue;
      if (entry.isDirectory()) {
        folders.push(path);
        walk(path);
      } else files[path] = describe(join(copy.root, path));
    }
  };
  walk('');
  const refs = git('for-each-ref', '--format=%(refname) %(objectname)')
    .split('\n')
    .filter((line) => !line.startsWith('refs/countersign/'));
  return {
    files,
    folders: folders.sort(),
    index: git('ls-files', '--stage', '-v'),
    indexBytes: readFileSync(join(copy.root, '.git', 'index'), 'latin1'),
    head: readFileSync(join(copy.root, '.git', 'HEAD'), 'utf8'),
    tree: git('rev-parse', 'HEAD^{tree}'),
    refs: refs.join('\n'),
  };
}

function describe(path: string): string {
  const found = lstatSync(path);
  if (found.isSymbolicLink()) return `link ${readlinkSync(path)}`;
  return `${(found.mode & 0o777).toString(8)} ${readFileSync(path, 'latin1')}`;
}

/** What differs between two states, ignoring the names of commits that were made anew; empty for nothing. */
export function differences(now: Observed, then: Observed): readonly string[] {
  const found: string[] = [];
  const same = (what: string, one: unknown, other: unknown) => {
    try {
      assert.deepEqual(one, other);
    } catch {
      found.push(`${what}: ${JSON.stringify(one)} instead of ${JSON.stringify(other)}`);
    }
  };
  same('files', now.files, then.files);
  same('folders', now.folders, then.folders);
  same('index', now.index, then.index);
  same('HEAD', now.head, then.head);
  same('tree', now.tree, then.tree);
  same('names of refs', refNames(now), refNames(then));
  return found;
}

function refNames(observed: Observed): readonly string[] {
  return observed.refs.split('\n').map((line) => line.split(' ')[0] as string);
}

/** What recovery must never leave: locks, journals, half-written temporaries. */
export function leftovers(copy: Copy): readonly string[] {
  const found: string[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && entry.name !== 'objects') walk(path);
      else if (entry.name.endsWith('.lock')) found.push(path);
    }
  };
  walk(join(copy.root, '.git'));
  const moves = join(copy.root, '.git', 'countersign', 'moves');
  if (existsSync(moves)) found.push(...readdirSync(moves).map((name) => join(moves, name)));
  return found;
}
