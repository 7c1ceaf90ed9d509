import { access, constants } from 'node:fs/promises';
import { devNull } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { EngineError } from '../domain/engine-error.ts';
import { type Git, gitFields, gitText, withConfig } from './exec.ts';

/** Oldest git with all that is used here (`merge-tree --write-tree`, `safe.bareRepository`). */
const oldestGit = [2, 38] as const;

/**
 * Settings that a repository must not decide: every way in which git starts a program, follows a link to the
 * network, or reads another repository. Filters and merge drivers have names of their own; see `withoutPrograms`.
 */
const hardenedConfig: Git['config'] = [
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', devNull],
  ['core.sshCommand', 'false'],
  ['core.askPass', ''],
  ['core.editor', 'false'],
  ['core.pager', 'cat'],
  ['credential.helper', ''],
  ['protocol.allow', 'never'],
  ['safe.bareRepository', 'explicit'],
  ['core.protectHFS', 'true'],
  ['core.protectNTFS', 'true'],
  ['submodule.recurse', 'false'],
  ['core.splitIndex', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['color.ui', 'false'],
  ['apply.whitespace', 'nowarn'],
  ['apply.ignoreWhitespace', 'no'],
];

/** Git as it is run here, before any repository is known. Throws `git/missing` where there is none or an old one. */
export async function hardenedGit(directory: string, variables: NodeJS.ProcessEnv, program?: string): Promise<Git> {
  const search = searchPath(variables);
  const git: Git = {
    program: program ?? (await findProgram('git', search)),
    directory,
    environment: gitEnvironment(variables, search),
    config: hardenedConfig,
  };
  const version = await gitText(git, ['version']);
  const [major = 0, minor = 0] = (/\d+\.\d+/.exec(version)?.[0] ?? '').split('.').map(Number);
  if (major < oldestGit[0] || (major === oldestGit[0] && minor < oldestGit[1])) {
    throw new EngineError({ code: 'git/missing', detail: `${version} is too old` });
  }
  return git;
}

/**
 * Switches off every program that the configuration in force names: content filters, merge drivers, diff drivers.
 * A filter in `allowedFilters` stays on, but only as the user's own (global or system) configuration defines it.
 */
export async function withoutPrograms(git: Git, allowedFilters: readonly string[] = []): Promise<Git> {
  const settings: [string, string][] = [];
  const own = new Map<string, string>();
  for (const { isOwn, key, value } of await readSettings(git)) {
    if (isOwn) own.set(key, value);
    const off = offValue(key);
    if (off !== null) settings.push([key, off]);
  }
  for (const name of allowedFilters) {
    for (const part of ['clean', 'smudge', 'process', 'required']) {
      const value = own.get(`filter.${name}.${part}`);
      if (value !== undefined) settings.push([`filter.${name}.${part}`, value]);
    }
  }
  return settings.length === 0 ? git : withConfig(git, settings);
}

/** One setting of the configuration in force. */
interface Setting {
  /** The user's own, global or system; not the repository's. */
  readonly isOwn: boolean;
  readonly key: string;
  readonly value: string;
}

/** In the order in which git reads them. */
export async function readSettings(git: Git): Promise<readonly Setting[]> {
  const fields = await gitFields(git, ['config', '--list', '--show-scope', '-z']);
  const settings: Setting[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const scope = fields[at] as string;
    const entry = fields[at + 1] as string;
    const end = entry.indexOf('\n');
    const key = end < 0 ? entry : entry.slice(0, end);
    const value = end < 0 ? 'true' : entry.slice(end + 1);
    settings.push({ isOwn: scope === 'global' || scope === 'system', key, value });
  }
  return settings;
}

/** A merge driver without a command would stop git, and an empty one would win silently: `false` leaves a conflict. */
function offValue(key: string): string | null {
  const [, kind, part] = /^(filter|merge|diff)\.[\s\S]+\.([a-z]+)$/.exec(key) ?? [];
  switch (`${kind}.${part}`) {
    case 'filter.clean':
    case 'filter.smudge':
    case 'filter.process':
    case 'diff.command':
    case 'diff.textconv':
      return '';
    case 'filter.required':
      return 'false';
    case 'merge.driver':
      return 'false';
    default:
      return null;
  }
}

/** Where the user's own configuration is: theirs to say, and never something that a repository brings. */
const userConfiguration = new Set(['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM']);

/** The caller's environment without anything else that steers git, and with what keeps it quiet and local. */
function gitEnvironment(variables: NodeJS.ProcessEnv, search: readonly string[]): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(variables)) {
    const steers = /^(GIT_|SSH_ASKPASS|LC_|LANG|PATH$)/i.test(name) && !userConfiguration.has(name);
    if (value !== undefined && !steers) environment[name] = value;
  }
  return {
    ...environment,
    PATH: search.join(delimiter),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_PROTOCOL_FROM_USER: '0',
  };
}

/** Relative entries would find programs in the repository. */
function searchPath(variables: NodeJS.ProcessEnv): readonly string[] {
  return (variables.PATH ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
}

async function findProgram(name: string, folders: readonly string[]): Promise<string> {
  const names = process.platform === 'win32' ? [`${name}.exe`] : [name];
  for (const folder of folders) {
    for (const candidate of names) {
      const path = join(folder, candidate);
      const found = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (found) return path;
    }
  }
  throw new EngineError({ code: 'git/missing', detail: 'there is no git in PATH' });
}
