import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerEditor } from './install.ts';
import { editorEnvironment, type Settings, untrustedSettings, writeSettings } from './profile.ts';
import { runProgram } from './run-program.ts';

export interface ServerOptions {
  /** Folder of this server's own for settings, state and logs. The caller makes and removes it. */
  readonly dataFolder: string;
  /** Installed extensions; servers may share one. */
  readonly extensionsFolder: string;
  readonly settings?: Settings;
  readonly env?: NodeJS.ProcessEnv;
  /** Open folders untrusted. Otherwise every folder is trusted. */
  readonly untrusted?: boolean;
}

export interface RunningServer {
  readonly port: number;
  /** Ends the server and its extension hosts; resolves once they are gone. */
  stop(): Promise<void>;
}

const startLimitSeconds = 120;

function readPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (why: string) => reject(new Error(`The VS Code server ${why}:\n${output}`));
    const limit = setTimeout(() => fail(`did not start within ${startLimitSeconds} s`), startLimitSeconds * 1000);
    child.once('exit', (code) => fail(`ended with ${code}`));
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const port = /listening on (\d+)/.exec(output)?.[1];
      if (!port) return;
      clearTimeout(limit);
      resolve(Number(port));
    });
  });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid) process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function foldersOf(options: Pick<ServerOptions, 'dataFolder' | 'extensionsFolder'>): string[] {
  return ['--server-data-dir', options.dataFolder, '--extensions-dir', options.extensionsFolder];
}

/** Starts a VS Code server on a free port of the loopback address. */
export async function startServer(editor: ServerEditor, options: ServerOptions): Promise<RunningServer> {
  const trust = options.untrusted ? untrustedSettings : {};
  // A served window reads settings of the scope `machine` from the server's own file and the others from the user's.
  for (const name of ['User', 'Machine'] as const) {
    writeSettings(join(options.dataFolder, 'data', name), { ...trust, ...options.settings });
  }
  const args = [editor.main, '--host', '127.0.0.1', '--port', '0', '--without-connection-token'];
  args.push('--accept-server-license-terms', '--telemetry-level', 'off', ...foldersOf(options));
  if (!options.untrusted) args.push('--disable-workspace-trust');
  // A process group of its own, so that extension hosts end with it.
  const child = spawn(editor.node, args, {
    env: editorEnvironment(options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const killGroup = () => signalGroup(child, 'SIGKILL');
  process.once('exit', killGroup);
  const log = createWriteStream(join(options.dataFolder, 'server.log'));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });

  const stop = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.signalCode === null) {
      signalGroup(child, 'SIGTERM');
      await Promise.race([gone, sleep(5000, null, { ref: false })]);
    }
    killGroup();
    process.removeListener('exit', killGroup);
    log.end();
  };
  try {
    return { port: await readPort(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Installs a packaged extension (.vsix), as `code --install-extension` does. */
export async function installExtension(
  editor: ServerEditor,
  vsix: string,
  folders: Pick<ServerOptions, 'dataFolder' | 'extensionsFolder'>,
): Promise<void> {
  const args = [
    editor.main,
    '--accept-server-license-terms',
    ...foldersOf(folders),
    '--install-extension',
    vsix,
    '--force',
  ];
  await runProgram(editor.node, args, { env: editorEnvironment() });
}

/** Address of the window that has a folder, or the folders of a workspace file, open. */
export function windowAddress(port: number, folder: string): string {
  const kind = folder.endsWith('.code-workspace') ? 'workspace' : 'folder';
  return `http://127.0.0.1:${port}/?${kind}=${encodeURIComponent(folder)}`;
}
