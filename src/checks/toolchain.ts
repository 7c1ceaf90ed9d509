import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { searchPath, toolchainVariables } from './environment.ts';

/** Where a system keeps its programs and their configuration. Everything else is absent unless a reason puts it in. */
export const systemFolders = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/etc',
  '/opt',
  '/nix/store',
  '/gnu/store',
  '/snap',
  '/home/linuxbrew/.linuxbrew',
];

/** Parts of a home that hold downloaded libraries and browsers, and no keys. */
const homeParts = [
  '.local/lib',
  '.m2/repository',
  '.cache/ms-playwright',
  '.cache/puppeteer',
  '.cache/Cypress',
  '.cache/node/corepack',
];
/** Toolchain folders that keep keys beside their programs: only these parts of them are shown. */
const partsOf: Readonly<Record<string, readonly string[]>> = {
  CARGO_HOME: ['bin', 'registry', 'git'],
  GOPATH: ['bin', 'pkg'],
};
/** Folders of a home that many programs share: a `bin` inside one says nothing about the rest of it. */
const sharedHomeFolders = ['', '.local', '.local/share', '.config', '.cache', '.cargo', 'go'];
const programFolderNames = ['bin', 'sbin', 'shims', '.bin'];

/** A real folder and where the sandbox shows it, read-only. */
export interface VisibleFolder {
  readonly source: string;
  readonly at: string;
}

export interface ToolchainOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly home: string;
  /** Top of the user's repository: it is never shown as a whole. */
  readonly repositoryRoot: string;
}

/**
 * The folders outside the system's that hold programs of PATH and what those programs load: `~/.nvm/…/v22` for its
 * `bin`, `node_modules` for its `.bin`. Never a home, a shared part of it, or a working repository.
 */
export async function toolchainFolders(options: ToolchainOptions): Promise<readonly VisibleFolder[]> {
  const wanted = new Set<string>();
  for (const folder of searchPath(options.environment)) {
    const linked = await linkedPrograms(folder);
    for (const programs of [folder, ...linked.map((target) => path.dirname(target))]) {
      if (!isTooWide(programs, options)) wanted.add(await toolRootOf(programs, options));
    }
  }
  for (const [name, fallback] of Object.entries(toolchainVariables)) {
    const folder = options.environment[name] ?? (fallback && path.join(options.home, fallback));
    if (!folder || !path.isAbsolute(folder)) continue;
    const parts = partsOf[name];
    if (parts) for (const part of parts) wanted.add(path.join(folder, part));
    else if (!isTooWide(folder, options)) wanted.add(folder);
  }
  for (const part of homeParts) wanted.add(path.join(options.home, part));
  return withoutRepeats([...wanted]);
}

/** Parents first; without what is missing or already seen through a folder above it. */
async function withoutRepeats(folders: readonly string[]): Promise<readonly VisibleFolder[]> {
  const kept: VisibleFolder[] = [];
  for (const at of folders.map((folder) => path.resolve(folder)).sort((one, other) => one.length - other.length)) {
    const source = await realpath(at).catch(() => null);
    if (!source || !(await stat(source)).isDirectory()) continue;
    const above = [...systemFolders, ...kept.map((folder) => folder.at)].find((folder) => isWithin(at, folder));
    if (above && isWithin(source, await realpath(above).catch(() => above))) continue;
    kept.push({ source, at });
  }
  return kept;
}

/** The parent of a `bin` where that is the tool's own folder, else the folder itself. */
async function toolRootOf(folder: string, options: ToolchainOptions): Promise<string> {
  const parent = path.dirname(folder);
  if (!programFolderNames.includes(path.basename(folder)) || isTooWide(parent, options)) return folder;
  const repository = await stat(path.join(parent, '.git')).catch(() => null);
  // pyenv and nvm are installed as clones, under a dotted name; a project is not.
  if (repository && !path.basename(parent).startsWith('.')) return folder;
  return parent;
}

function isTooWide(folder: string, options: ToolchainOptions): boolean {
  const shared = sharedHomeFolders.map((part) => path.join(options.home, part));
  return (
    folder === path.parse(folder).root ||
    shared.includes(folder) ||
    isWithin(options.home, folder) ||
    isWithin(options.repositoryRoot, folder)
  );
}

/** Where the links in a folder of programs lead, when that is another folder. */
async function linkedPrograms(folder: string): Promise<readonly string[]> {
  if (systemFolders.some((system) => isWithin(folder, system))) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const targets = await Promise.all(
    entries
      .filter((entry) => entry.isSymbolicLink())
      .map((entry) => realpath(path.join(folder, entry.name)).catch(() => null)),
  );
  return targets.filter(
    (target) => target !== null && programFolderNames.includes(path.basename(path.dirname(target))),
  ) as string[];
}

/** Whether a path is a folder or lies in it. */
export function isWithin(inner: string, folder: string): boolean {
  const between = path.relative(folder, inner);
  return between === '' || (!between.startsWith(`..${path.sep}`) && between !== '..' && !path.isAbsolute(between));
}
