import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withMachineLock } from './machine-lock.ts';
import { editorCacheFolder } from './paths.ts';
import { recipe, windowPackages } from './recipe.ts';
import { runProgram } from './run-program.ts';

/** The VS Code server with Node's extension host, and the browser that is its window. */
export interface ServerEditor {
  /** Node executable to run `main` with. */
  readonly node: string;
  /** The server's entry point. */
  readonly main: string;
  /** A Chromium or Chrome executable. */
  readonly browser: string;
}

type Progress = (line: string) => void;

/** No editor can be had on this machine; the message says what is missing and what to do. */
export class EditorMissing extends Error {
  override readonly name = 'EditorMissing';
}

function parts(folder: string) {
  const node = join(folder, 'node_modules', `node-linux-${recipe.architecture}`);
  const server = join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  return { node, server, executable: join(node, 'bin', 'node'), main: join(server, 'out', 'server-main.js') };
}

function findBrowser(): string | null {
  const chosen = process.env.CHROMIUM;
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new EditorMissing(`CHROMIUM names ${chosen}, which does not exist.`);
  }
  const folders = (process.env.PATH ?? '').split(delimiter).concat('/usr/bin');
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file)) ?? null;
}

/** npm hands its own state to the scripts it runs; an npm below would take our work tree for its target. */
function environmentForNpm(nodeFolder: string): NodeJS.ProcessEnv {
  const kept = /^npm_config_(registry|proxy|https_proxy|noproxy|cache|userconfig|globalconfig|cafile|fetch_\w+)$/;
  const entries = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || kept.test(name));
  const path = `${join(nodeFolder, 'bin')}${delimiter}${process.env.PATH ?? ''}`;
  // The headers must be those of the Node that runs the server, whatever the user's npm configuration says.
  return { ...Object.fromEntries(entries), PATH: path, npm_config_nodedir: nodeFolder, NODE_ENV: '' };
}

async function installBrowser(progress: Progress): Promise<string> {
  const remedy = `Install the packages ${windowPackages.join(' and ')}, or set CHROMIUM to a Chromium or Chrome executable.`;
  if (!existsSync('/usr/bin/apt-get'))
    throw new EditorMissing(`There is no Chromium for the editor's window. ${remedy}`);
  if (process.getuid?.() !== 0) {
    throw new EditorMissing(`There is no Chromium for the editor's window, and only root may install one. ${remedy}`);
  }
  progress(`installing ${windowPackages.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', ...windowPackages];
  try {
    await runProgram('apt-get', ['update', '-qq'], { env });
    await runProgram('apt-get', install, { env });
  } catch (error) {
    throw new EditorMissing(`Chromium could not be installed. ${remedy}`, { cause: error });
  }
  const browser = findBrowser();
  if (!browser) throw new EditorMissing(`The packages were installed, yet there is no Chromium. ${remedy}`);
  return browser;
}

interface ServerManifest {
  dependencies: Record<string, string>;
  overrides?: Record<string, unknown>;
}

function dropHeavyDependencies(server: string): void {
  const file = join(server, 'package.json');
  const manifest: ServerManifest = JSON.parse(readFileSync(file, 'utf8'));
  for (const name of recipe.droppedDependencies) delete manifest.dependencies[name];
  for (const name of recipe.droppedOverrides) delete manifest.overrides?.[name];
  writeFileSync(file, JSON.stringify(manifest, null, 2));
}

/** Builds the server in `folder`. Install scripts stay off: the package's own refuses other Nodes and compiles for minutes. */
async function buildServer(folder: string, progress: Progress): Promise<void> {
  const { node, server, executable, main } = parts(folder);
  const log = join(folder, 'install.log');
  const npm = (cwd: string, ...args: string[]) => runProgram('npm', args, { cwd, log, env: environmentForNpm(node) });
  const quietly = ['--ignore-scripts', '--no-audit', '--no-fund'];
  const dependencies = { 'code-server': recipe.codeServer, [`node-linux-${recipe.architecture}`]: recipe.node };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));

  progress(
    `fetching the VS Code server of code-server ${recipe.codeServer} and Node ${recipe.node} (about 200 MB, once)`,
  );
  await npm(folder, 'install', ...quietly);
  dropHeavyDependencies(server);
  progress('fetching what the server needs');
  await npm(server, 'install', '--omit=dev', ...quietly);
  await npm(join(server, 'extensions'), 'install', '--omit=dev', ...quietly);
  progress('compiling its log writer and its file watcher');
  await npm(server, 'rebuild', ...recipe.compiledModules);
  const version = await runProgram(executable, [main, '--version'], { log });
  progress(`VS Code ${version.split('\n')[0]} is ready`);
}

async function installServer(folder: string, progress: Progress): Promise<void> {
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  try {
    await buildServer(partial, progress);
  } catch (error) {
    throw new EditorMissing(
      `The VS Code server could not be installed. It needs the npm registry, a C++ compiler, make and python3. Its log: ${join(partial, 'install.log')}`,
      { cause: error },
    );
  }
  // The finished folder appears at once or not at all, so its being there is the mark of completeness.
  renameSync(partial, folder);
}

/**
 * Gives the editor that runs in a browser, installing what is missing. Costs about a minute the first time and
 * nothing afterwards; several processes may ask at once. Rejects with `EditorMissing`. Linux on x64 or arm64 only.
 */
export async function installEditor(
  progress: Progress = (line) => console.log(`editor: ${line}`),
): Promise<ServerEditor> {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new EditorMissing(`The editor in a browser runs on Linux only; this is ${process.platform} ${process.arch}.`);
  }
  const folder = editorCacheFolder(recipe);
  const { executable, main } = parts(folder);
  const found = () => ({ browser: findBrowser(), complete: existsSync(folder) });
  const before = found();
  if (before.browser && before.complete) return { node: executable, main, browser: before.browser };

  const wait = { timeoutSeconds: 1800, onWait: () => progress('waiting for another process that installs it') };
  return withMachineLock(`countersign-editor ${dirname(folder)}`, wait, async () => {
    const { browser, complete } = found();
    const window = browser ?? (await installBrowser(progress));
    if (!complete) await installServer(folder, progress);
    return { node: executable, main, browser: window };
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const editor = await installEditor();
  console.log(`editor: ${editor.main}\neditor: window ${editor.browser}`);
}
