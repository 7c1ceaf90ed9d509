import type { Context } from './context.ts';
import { type Git, gitFields } from './exec.ts';
import { withoutPrograms } from './hardening.ts';

/** Git for commands that read or write working files: no filter, merge driver or hook of the repository runs. */
export function workingGit(context: Context): Promise<Git> {
  return withoutPrograms(context.git, context.options.allowedFilters);
}

/**
 * The first of these paths whose content would go through a filter that is configured but may not run, with the
 * filter's name. Attributes are taken from the index that the environment names.
 */
export async function filteredPath(
  context: Context,
  git: Git,
  paths: readonly string[],
  index: string,
): Promise<{ readonly path: string; readonly filter: string } | null> {
  const configured = new Set<string>();
  for (const [key, value] of git.config) {
    const filter = /^filter\.([\s\S]+)\.(?:clean|smudge|process)$/.exec(key)?.[1];
    if (filter !== undefined && value === '') configured.add(filter);
  }
  for (const name of context.options.allowedFilters ?? []) configured.delete(name);
  if (configured.size === 0 || paths.length === 0) return null;
  const fields = await gitFields(git, ['check-attr', '--cached', '-z', '--stdin', 'filter'], {
    input: paths.map((path) => `${path}\0`).join(''),
    environment: { GIT_INDEX_FILE: index },
  });
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const filter = fields[at + 2] as string;
    if (configured.has(filter)) return { path: fields[at] as string, filter };
  }
  return null;
}
