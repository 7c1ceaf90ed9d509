import { constants } from 'node:fs';
import { access, lstat, readlink, realpath, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { linkedMounts } from './dependency-folders.ts';
import { findProgram } from './find-program.ts';
import { gitFileMount, gitMounts } from './git-mounts.ts';
import { runCommand } from './run-command.ts';
import type { Scratch } from './scratch.ts';
import { systemFolders, type VisibleFolder } from './toolchain.ts';

export type SandboxFinding =
  | { readonly available: true; readonly program: string }
  /** `reason` is a sentence. */
  | { readonly available: false; readonly reason: string };

/** Namespaces of its own for users, processes, messages and host name, no capability, and an end with its parent. */
const isolation = [
  '--unshare-user-try',
  '--unshare-pid',
  '--unshare-ipc',
  '--unshare-uts',
  '--unshare-cgroup-try',
  '--cap-drop',
  'ALL',
  '--die-with-parent',
];

/** Finds out by running it whether bubblewrap works on this machine: installed is not enough where a kernel forbids it. */
export async function detectSandbox(environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<SandboxFinding> {
  if (process.platform !== 'linux') return { available: false, reason: 'bubblewrap exists on Linux only.' };
  const program = await findProgram('bwrap', { environment, directory: '/' });
  if (!program) return { available: false, reason: 'bubblewrap (bwrap) is not installed.' };
  const trial = ['--json-status-fd', '3', ...isolation, '--unshare-net', '--ro-bind', '/', '/', '--dev', '/dev'];
  const end = await runCommand(
    {
      program,
      args: [...trial, '--proc', '/proc', '--', '/bin/sh', '-c', 'exit 0'],
      directory: '/',
      environment: { PATH: environment.PATH ?? '' },
      timeoutSeconds: 10,
      graceSeconds: 1,
      outputBytes: 4096,
      sandboxed: true,
    },
    signal,
  );
  if (end.ended === 'exited' && end.exitCode === 0) return { available: true, program };
  return { available: false, reason: `bubblewrap is installed but does not work here: ${end.output.trim()}` };
}

export interface SandboxView {
  /** The worktree: the only folder of the user's disk that can be written to. */
  readonly worktree: string;
  readonly scratch: Scratch;
  /** Where the user's own home is: inside, the scratch home stands there. */
  readonly home: string;
  readonly toolchain: readonly VisibleFolder[];
  /** Folders of dependencies shown inside the worktree, such as `node_modules`. */
  readonly linked: readonly VisibleFolder[];
  readonly network: boolean;
}

/** What HOME is inside: the user's own path, so that tools with defaults below it are found. */
export function homeInside(home: string): string {
  return home === '/' || systemFolders.includes(home) ? '/tmp/home' : home;
}

/** Bubblewrap's arguments up to and with `--`. Whatever is not named here does not exist inside. */
export async function sandboxArguments(view: SandboxView): Promise<readonly string[]> {
  const { worktree, scratch } = view;
  return [
    '--json-status-fd',
    '3',
    ...isolation,
    // A network of its own has a loopback device and nothing else.
    ...(view.network ? [] : ['--unshare-net']),
    ...(await systemMounts(view.network)),
    '--dev',
    '/dev',
    '--proc',
    '/proc',
    '--dir',
    '/run',
    '--dir',
    '/var',
    '--bind',
    scratch.temporary,
    '/tmp',
    '--bind',
    scratch.temporary,
    '/var/tmp',
    '--bind',
    scratch.home,
    homeInside(view.home),
    ...view.toolchain.flatMap((folder) => ['--ro-bind', folder.source, folder.at]),
    ...(await gitMounts(worktree, scratch)),
    '--bind',
    worktree,
    worktree,
    ...(await gitFileMount(worktree)),
    ...(await dependencyMounts(view)),
    '--remount-ro',
    '/',
    '--chdir',
    worktree,
    '--',
  ];
}

async function systemMounts(network: boolean): Promise<readonly string[]> {
  const mounts: string[] = [];
  for (const folder of systemFolders) {
    const found = await lstat(folder).catch(() => null);
    if (found?.isSymbolicLink()) mounts.push('--symlink', await readlink(folder), folder);
    else if (found) mounts.push('--ro-bind', folder, folder);
  }
  for (const hidden of await readableSecrets()) {
    mounts.push(...(hidden.folder ? ['--tmpfs', hidden.at] : ['--ro-bind', '/dev/null', hidden.at]));
  }
  // The file is often a link to where a service keeps it, which is not shown.
  const resolver = network ? await realpath('/etc/resolv.conf').catch(() => null) : null;
  if (resolver && !resolver.startsWith('/etc/')) mounts.push('--ro-bind', resolver, resolver);
  return mounts;
}

const systemSecrets = [
  '/etc/shadow',
  '/etc/shadow-',
  '/etc/gshadow',
  '/etc/gshadow-',
  '/etc/sudoers',
  '/etc/sudoers.d',
  '/etc/ssh',
  '/etc/ssl/private',
  '/etc/krb5.keytab',
  '/etc/NetworkManager/system-connections',
  '/etc/wireguard',
  '/etc/openvpn',
  '/etc/kubernetes',
  '/etc/docker',
  '/etc/letsencrypt',
];

/** The system's own keys, as far as this user could read them. */
async function readableSecrets(): Promise<readonly { readonly at: string; readonly folder: boolean }[]> {
  const found = [];
  for (const name of systemSecrets) {
    try {
      const at = await realpath(name);
      await access(at, constants.R_OK);
      found.push({ at, folder: (await stat(at)).isDirectory() });
    } catch {
      // Absent, or kept from the check as it is kept from us.
    }
  }
  return found;
}

async function dependencyMounts({ linked, scratch }: SandboxView): Promise<readonly string[]> {
  const mounts = linked.map((folder, at) =>
    linkedMounts(folder.source, folder.at, path.join(scratch.directory, `linked-${at}`)),
  );
  return (await Promise.all(mounts)).flat();
}

/** The home of the user that Countersign runs for. */
export function userHome(environment: NodeJS.ProcessEnv): string {
  return path.resolve(environment.HOME || os.homedir());
}
