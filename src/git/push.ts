import { EngineError, faultOf } from '../domain/engine-error.ts';
import type { Context } from './context.ts';
import { type Git, gitText, runGit, withConfig } from './exec.ts';
import { readSettings } from './hardening.ts';

export interface PushRequest {
  readonly remote: string;
  readonly commit: string;
  /** Name on the remote, without `refs/heads/`. */
  readonly branch: string;
  /** Replaces what the remote has under that name; else only a fast-forward is taken. */
  readonly replace: boolean;
}

/** The remotes of this repository. Only what a person asked for is ever sent there. */
export interface Remotes {
  /** Address that pushes go to. Throws `remote/none`. */
  address(remote: string): Promise<string>;
  /** Commit that a branch of the remote is at, or null. Throws `remote/none`, `remote/push-failed`. */
  tip(remote: string, branch: string, signal: AbortSignal): Promise<string | null>;
  /** Throws `remote/none`, `remote/push-failed`, `interrupted`. */
  push(request: PushRequest, signal: AbortSignal): Promise<void>;
  /** Removes a branch from the remote. Throws like `push`. */
  remove(remote: string, branch: string, signal: AbortSignal): Promise<void>;
}

/** Until a remote that does not answer is given up. */
const seconds = 120;

export function remotesOf(context: Context): Remotes {
  const send = async (remote: string, branch: string, words: readonly string[], signal: AbortSignal) => {
    await addressOf(context, remote);
    const astray = await leadingAstray(context);
    if (astray) throw new EngineError({ code: 'remote/push-failed', remote, branch, detail: astray });
    try {
      return await runGit(await remoteGit(context), words, { signal, seconds });
    } catch (error) {
      const fault = faultOf(error);
      if (fault.code !== 'git/failed') throw error;
      throw new EngineError({ code: 'remote/push-failed', remote, branch, detail: lastLines(fault.detail) }, error);
    }
  };
  // What receives a push to a folder is a program that the repository could name.
  const push = ['push', '--quiet', '--no-verify', '--no-signed', '--receive-pack=git-receive-pack'];
  return {
    address: (remote) => addressOf(context, remote),
    async tip(remote, branch, signal) {
      const words = ['ls-remote', '--refs', '--upload-pack=git-upload-pack', remote, `refs/heads/${branch}`];
      const { output } = await send(remote, branch, words, signal);
      return /^([0-9a-f]{40,64})\t/.exec(output.toString('utf8'))?.[1] ?? null;
    },
    async push({ remote, commit, branch, replace }, signal) {
      const spec = `${replace ? '+' : ''}${commit}:refs/heads/${branch}`;
      await send(remote, branch, [...push, remote, spec], signal);
    },
    async remove(remote, branch, signal) {
      await send(remote, branch, [...push, remote, `:refs/heads/${branch}`], signal);
    },
  };
}

async function addressOf(context: Context, remote: string): Promise<string> {
  const isName = /^[A-Za-z0-9][\w./-]*$/.test(remote);
  const words = ['config', '--get', `remote.${remote}.url`];
  const address = isName ? await gitText(context.git, words, { accept: [1] }) : '';
  if (address === '') throw new EngineError({ code: 'remote/none', remote });
  const push = await gitText(context.git, ['config', '--get', `remote.${remote}.pushurl`], { accept: [1] });
  return push === '' ? address : push;
}

/** What would send a push, or the credentials for it, elsewhere than its address says. */
const detours = /^(?:http\.(?:.+\.)?(?:sslverify|sslcainfo|sslcapath|proxy)|url\..+\.(?:insteadof|pushinsteadof))$/;

/** Such a setting may be the user's own; one that came with the repository is a stranger's. */
async function leadingAstray(context: Context): Promise<string | null> {
  const found = (await readSettings(context.git)).find(({ isOwn, key }) => !isOwn && detours.test(key));
  if (!found) return null;
  return `this repository's own configuration sets ${found.key}, which could lead the push elsewhere; unset it, or set it globally.`;
}

/**
 * Git that may reach a remote: by https, ssh and the file system, with the credentials and the ssh command of the
 * user's own configuration. What the repository's configuration says of either stays off, and so do its helpers.
 */
async function remoteGit(context: Context): Promise<Git> {
  const own = (await readSettings(context.git)).filter(({ isOwn }) => isOwn);
  const ssh = own.findLast(({ key }) => key === 'core.sshcommand');
  const helpers = own.filter(({ key }) => /^credential\.(?:[\s\S]+\.)?helper$/.test(key));
  return withConfig(context.git, [
    ...['https', 'ssh', 'file'].map((protocol) => [`protocol.${protocol}.allow`, 'always'] as const),
    ['core.sshCommand', ssh?.value ?? 'ssh'],
    ['push.gpgSign', 'false'],
    ['push.followTags', 'false'],
    ['push.recurseSubmodules', 'no'],
    ...helpers.map(({ key, value }) => [key, value] as const),
  ]);
}

/** Without credentials that an address may hold. */
function lastLines(text: string): string {
  return text
    .replace(/\/\/[^/@\s]+@/g, '//')
    .trim()
    .split('\n')
    .slice(-4)
    .join(' ');
}
