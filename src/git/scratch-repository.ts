import { gitText } from './exec.ts';
import { hardenedGit } from './hardening.ts';

/** Whose commit the example begins with, where the machine has no identity of its own. */
const identity = { GIT_AUTHOR_NAME: 'Countersign', GIT_AUTHOR_EMAIL: 'example@localhost' } as const;

/**
 * Makes a directory a repository with one commit of everything in it, on `main`. Landings there are made by the same
 * identity, so that the example runs on a machine where git was never set up.
 */
export async function makeRepository(directory: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const git = await hardenedGit(directory, environment);
  const { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email } = identity;
  await gitText(git, ['init', '--quiet', '--initial-branch=main']);
  await gitText(git, ['config', 'user.name', name]);
  await gitText(git, ['config', 'user.email', email]);
  await gitText(git, ['add', '--all']);
  const who = { ...identity, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
  await gitText(git, ['commit', '--quiet', '--no-verify', '--message', 'Begin hello-service'], { environment: who });
}
