import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { isDependencyFolder } from './dependency-folders.ts';

/** What package managers write down so that an installation can be repeated. */
const lockFileNames = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lock',
  'bun.lockb',
  'deno.lock',
  'poetry.lock',
  'uv.lock',
  'pdm.lock',
  'Pipfile.lock',
  'Cargo.lock',
  'go.sum',
  'Gemfile.lock',
  'composer.lock',
  'mix.lock',
  'gradle.lockfile',
  'packages.lock.json',
  'pubspec.lock',
  'Podfile.lock',
];
/** What is installed from where nothing is locked. */
const manifestNames = [
  'package.json',
  'pyproject.toml',
  'setup.py',
  'setup.cfg',
  'Pipfile',
  'Cargo.toml',
  'go.mod',
  'Gemfile',
  'composer.json',
  'mix.exs',
  'pom.xml',
  'build.gradle',
  'build.gradle.kts',
];
const requirements = /^(?:dev-|test-)?requirements[\w.-]*\.(?:txt|in)$/;
/** Deeper than this there are fixtures rather than packages. */
const deepest = 4;

export function isLockFile(file: string): boolean {
  const name = path.posix.basename(file);
  return lockFileNames.includes(name) || requirements.test(name);
}

/** Names the state of a tree's dependencies: equal for equal lock files, or equal manifests where nothing is locked. */
export async function lockKey(tree: string, settings: readonly string[]): Promise<string> {
  const locks: string[] = [];
  const manifests: string[] = [];
  await collect(tree, '', 0, (file) => {
    if (isLockFile(file)) locks.push(file);
    else if (manifestNames.includes(path.posix.basename(file))) manifests.push(file);
  });
  const hash = createHash('sha256').update(JSON.stringify(settings));
  for (const file of (locks.length > 0 ? locks : manifests).sort()) {
    const content = createHash('sha256')
      .update(await readFile(path.join(tree, file)))
      .digest('hex');
    hash.update(`\n${file} ${content}`);
  }
  return hash.digest('hex').slice(0, 32);
}

async function collect(tree: string, folder: string, depth: number, found: (file: string) => void): Promise<void> {
  for (const entry of await readdir(path.join(tree, folder), { withFileTypes: true })) {
    const name = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isFile()) found(name);
    else if (entry.isDirectory() && depth < deepest && !isDependencyFolder(name) && !entry.name.startsWith('.')) {
      await collect(tree, name, depth + 1, found);
    }
  }
}
