// Installs the development dependencies where they are missing or older than the lock file, and finds their Node.
// Runs on whatever Node the machine has: everything after it runs on the one that the package `node` brings.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const modules = path.join(root, 'node_modules');
const stamp = path.join(modules, '.countersign-installed');

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
}

function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash();
}

/** Throws where npm fails; its own words are on the terminal by then. */
export function ensureInstalled() {
  if (isInstalled()) return;
  process.stderr.write('Installing development dependencies…\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const options = { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' };
  const done = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], options);
  if (done.status !== 0) throw new Error('`npm ci` failed; read its message above. Is the npm registry reachable?');
  writeFileSync(stamp, lockHash());
}

/** Environment in which `node` is the project's own. */
export function projectEnvironment() {
  const folders = [path.join(modules, 'node', 'bin'), path.join(modules, '.bin'), process.env.PATH];
  return { ...process.env, PATH: folders.join(path.delimiter) };
}

export function projectNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const node = path.join(modules, 'node', 'bin', name);
  return existsSync(node) ? node : process.execPath;
}

/** Runs one program with the project's Node first in its path; resolves to its exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: projectEnvironment(), ...options });
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal ? 130 : 1)));
  });
}
