import { randomBytes } from 'node:crypto';
import { access, constants, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError, faultOf } from '../domain/engine-error.ts';
import type { Staged } from '../domain/proposal.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type Context, stateFolder } from './context.ts';
import { type Git, gitText, runGit } from './exec.ts';
import { userIdentity } from './write-commit.ts';

const hookSeconds = 600;

const hookNames = ['pre-commit', 'commit-msg', 'post-commit'];

/** The commit hooks that are there and that a landing leaves out, because the user did not ask for them. */
export async function skippedHooks(context: Context): Promise<readonly string[]> {
  if (context.options.hooks) return [];
  const folder = await gitText(userGit(context), ['rev-parse', '--path-format=absolute', '--git-path', 'hooks']);
  const found = hookNames.map(async (name) => {
    const runs = await access(join(folder, name), constants.X_OK).then(
      () => true,
      () => false,
    );
    return runs ? [name] : [];
  });
  return (await Promise.all(found)).flat();
}

/**
 * Where the user asked for it, runs `pre-commit` and `commit-msg` as a commit would, in a checkout of the new tree of
 * its own. A hook that fails, or that would change what was audited, refuses the landing. Gives the message to use.
 */
export async function runCommitHooks(context: Context, staged: Staged, message: string): Promise<Result<string>> {
  if (!context.options.hooks) return ok(message);
  const folder = join(await stateFolder(context, 'hooks'), randomBytes(8).toString('hex'));
  const tree = join(folder, 'tree');
  await mkdir(tree, { recursive: true, mode: 0o700 });
  const index = join(folder, 'index');
  const environment = { GIT_WORK_TREE: tree, GIT_INDEX_FILE: index, ...(await identityVariables(context)) };
  const git = { ...userGit(context), directory: tree };
  try {
    await runGit(git, ['read-tree', '-u', '--reset', staged.tree], { environment: { ...environment } });
    await runHook(git, ['pre-commit'], environment);
    const after = await gitText(git, ['write-tree'], { environment });
    if (after !== staged.tree) return hookFailed('pre-commit', 'It changes what was audited.');
    const file = join(folder, 'COMMIT_EDITMSG');
    await writeFile(file, message);
    await runHook(git, ['commit-msg', '--', file], environment);
    return ok(await readFile(file, 'utf8'));
  } catch (error) {
    const fault = faultOf(error);
    if (fault.code !== 'git/failed') throw error;
    return fail(fault);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Tells the user's `post-commit` hook. What it says is not waited for as a verdict: the commit is made. */
export async function afterCommitHook(context: Context): Promise<void> {
  if (!context.options.hooks) return;
  const git = userGit(context);
  await runGit(git, ['hook', 'run', '--ignore-missing', 'post-commit'], { accept: [1], seconds: hookSeconds }).catch(
    (error) => {
      if (!(error instanceof EngineError)) throw error;
    },
  );
}

async function runHook(git: Git, words: readonly string[], environment: Readonly<Record<string, string>>) {
  await runGit(git, ['hook', 'run', '--ignore-missing', ...words], { environment, seconds: hookSeconds });
}

function hookFailed(name: string, detail: string): Result<string> {
  return fail({ code: 'git/failed', command: `hook run ${name}`, exitCode: null, detail });
}

/** Hooks are what the user has set up here; everything else stays switched off. */
function userGit(context: Context): Git {
  return { ...context.git, config: context.git.config.filter(([key]) => key !== 'core.hooksPath') };
}

async function identityVariables(context: Context): Promise<Record<string, string>> {
  const author = context.options.author ?? (await userIdentity(context, 'AUTHOR'));
  return { GIT_AUTHOR_NAME: author.name, GIT_AUTHOR_EMAIL: author.email };
}
