import path from 'node:path';
import { EngineError } from '../domain/engine-error.ts';

/** What a check may see of the environment by itself: nothing here says who the user is or what they hold. */
const allowed = ['PATH', 'LANG', 'LANGUAGE', 'TZ', 'USER', 'LOGNAME'];
const allowedPattern = /^LC_[A-Z]+$/;
/** Where certificates and proxies are found; of use only with a network. */
export const certificateVariables = ['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS'];
const forNetwork = [...certificateVariables, 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
/** Places of toolchains. Their values are paths, made visible read-only where they exist. */
export const toolchainVariables: Readonly<Record<string, string | null>> = {
  ANDROID_HOME: null,
  ASDF_DATA_DIR: '.asdf',
  BUN_INSTALL: '.bun',
  CARGO_HOME: '.cargo',
  CONDA_PREFIX: null,
  DOTNET_ROOT: '.dotnet',
  GOPATH: 'go',
  GOROOT: null,
  JAVA_HOME: null,
  MISE_DATA_DIR: '.local/share/mise',
  NVM_DIR: '.nvm',
  PNPM_HOME: '.local/share/pnpm',
  PYENV_ROOT: '.pyenv',
  RBENV_ROOT: '.rbenv',
  RUSTUP_HOME: '.rustup',
  SDKMAN_DIR: '.sdkman',
  UV_PYTHON_INSTALL_DIR: '.local/share/uv/python',
  VIRTUAL_ENV: null,
  VOLTA_HOME: '.volta',
};
/** Keys and agent sockets: not even `checks.env` lets them in. */
const neverNames = ['SSH_AUTH_SOCK', 'SSH_AGENT_PID', 'GPG_AGENT_INFO', 'DBUS_SESSION_BUS_ADDRESS', 'DOCKER_HOST'];
const neverPattern = /^(?:OPENAI|ANTHROPIC|GEMINI|MISTRAL|AZURE_OPENAI|OPENROUTER|DEEPSEEK|GROQ)_.*(?:KEY|TOKEN)$/;

export interface EnvironmentOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** Names that `checks.env` adds. */
  readonly extra: readonly string[];
  /** Names that hold provider keys, refused even in `extra`. */
  readonly secretNames: readonly string[];
  readonly home: string;
  readonly temporary: string;
  readonly network: boolean;
}

/** The whole environment of a check. Throws `config/invalid` where `checks.env` asks for a key or an agent's socket. */
export function checkEnvironment(options: EnvironmentOptions): Record<string, string> {
  assertNoSecrets(options.extra, options.secretNames);
  const made: Record<string, string> = {};
  const names = [...allowed, ...Object.keys(toolchainVariables), ...(options.network ? forNetwork : [])];
  for (const [name, value] of Object.entries(options.environment)) {
    if (value === undefined) continue;
    if (names.includes(name) || (options.network && forNetwork.includes(name.toUpperCase()))) made[name] = value;
    else if (allowedPattern.test(name) || options.extra.includes(name)) made[name] = value;
  }
  for (const name of options.secretNames) delete made[name];
  made.PATH = searchPath(options.environment).join(path.delimiter);
  return {
    ...made,
    HOME: options.home,
    TMPDIR: options.temporary,
    TMP: options.temporary,
    TEMP: options.temporary,
    TERM: 'dumb',
    SHELL: '/bin/sh',
    // A check has nobody to answer it: most tools leave their watch and question modes out under this name.
    CI: options.environment.CI || 'true',
  };
}

export function assertNoSecrets(extra: readonly string[], secretNames: readonly string[]): void {
  const refused = extra.filter(
    (name) => neverNames.includes(name) || neverPattern.test(name) || secretNames.includes(name),
  );
  if (refused.length === 0) return;
  throw new EngineError({
    code: 'config/invalid',
    problem: `checks.env names ${refused.join(', ')}: a check runs a model's program and never gets a provider key or an agent's socket.`,
    at: { file: 'checks.env', line: null, column: null },
  });
}

/** The folders of PATH in order. Relative ones are left out: they would mean the worktree, where the patch decides. */
export function searchPath(environment: NodeJS.ProcessEnv): readonly string[] {
  const listed = (environment.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return listed.length > 0 ? [...new Set(listed)] : ['/usr/local/bin', '/usr/bin', '/bin'];
}
