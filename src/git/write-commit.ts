import type { Context, Identity } from './context.ts';
import { type Git, gitText, runGit, withConfig } from './exec.ts';

export interface CommitContent {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
}

export type Trailers = readonly (readonly [name: string, value: string])[];

/** The message with its trailers as a last paragraph. Made here: `git interpret-trailers` runs what is configured. */
export function withTrailers(message: string, trailers: Trailers): string {
  const text = message.replaceAll('\0', '').trim();
  const lines = trailers.map(([name, value]) => `${name}: ${value.replaceAll(/[\s\0]+/g, ' ').trim()}`);
  return lines.length === 0 ? `${text}\n` : `${text}\n\n${lines.join('\n')}\n`;
}

/** Who commits where nobody else is known. */
const ownIdentity: Identity = { name: 'Countersign', email: 'countersign@localhost' };

/** A commit that is Countersign's own and never lands: needs no identity of the user's. */
export async function writePrivateCommit(context: Context, content: CommitContent): Promise<string> {
  return commitTree(context, content, ownIdentity, ownIdentity, false);
}

/**
 * A commit in the user's name. Where git knows none, as in many a CI job, it is Countersign's: a change that was paid
 * for and audited is not lost over a name, and whose signature it bears stands in its trailers.
 */
export async function writeUserCommit(context: Context, content: CommitContent): Promise<string> {
  const author = context.options.author ?? (await userIdentity(context, 'AUTHOR'));
  const committer = context.options.committer ?? (await userIdentity(context, 'COMMITTER'));
  return commitTree(context, content, author, committer, context.options.sign ?? false);
}

/** Who git takes the user for: the environment, else the configuration; never a name made up from the machine's. */
export async function userIdentity(context: Context, role: 'AUTHOR' | 'COMMITTER'): Promise<Identity> {
  const variables = context.options.environment ?? process.env;
  const environment: Record<string, string> = {};
  for (const name of ['NAME', 'EMAIL'].map((part) => `GIT_${role}_${part}`)) {
    if (variables[name]) environment[name] = variables[name];
  }
  const git = withConfig(context.git, [['user.useConfigOnly', 'true']]);
  const { exitCode, output } = await runGit(git, ['var', `GIT_${role}_IDENT`], { environment, accept: [128] });
  if (exitCode !== 0) return ownIdentity;
  const [, name = '', email = ''] = /^(.*) <(.*)> \d+ [+-]\d{4}$/.exec(output.toString('utf8').trim()) ?? [];
  return { name, email };
}

async function commitTree(
  context: Context,
  { tree, parents, message }: CommitContent,
  author: Identity,
  committer: Identity,
  sign: boolean,
): Promise<string> {
  const words = ['commit-tree', ...(sign ? ['-S'] : []), ...parents.flatMap((parent) => ['-p', parent]), tree];
  const { output } = await runGit(sign ? await signingGit(context) : context.git, words, {
    input: message,
    environment: {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_COMMITTER_NAME: committer.name,
      GIT_COMMITTER_EMAIL: committer.email,
    },
  });
  return output.toString('utf8').trim();
}

/** Signing starts a program: only the user's own configuration may name it, never the repository's. */
async function signingGit(context: Context) {
  const own = async (key: string) => {
    const global = await gitText(context.git, ['config', '--global', '--get', key], { accept: [1] });
    return global || (await gitText(context.git, ['config', '--system', '--get', key], { accept: [1] }));
  };
  const general = (await own('gpg.program')) || 'gpg';
  const config: Git['config'] = [
    ['gpg.program', general],
    ['gpg.openpgp.program', (await own('gpg.openpgp.program')) || general],
    ['gpg.x509.program', (await own('gpg.x509.program')) || 'gpgsm'],
    ['gpg.ssh.program', (await own('gpg.ssh.program')) || 'ssh-keygen'],
    ['gpg.ssh.defaultKeyCommand', await own('gpg.ssh.defaultKeyCommand')],
  ];
  return withConfig(context.git, config);
}
