import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../domain/config.ts';
import { EngineError } from '../domain/engine-error.ts';
import { assertNoSecrets, certificateVariables, checkEnvironment } from './environment.ts';
import { type CheckLimits, defaultCheckLimits, type Sleep, type Workplace } from './run-step.ts';
import { detectSandbox, homeInside, type SandboxFinding, sandboxArguments, userHome } from './sandbox.ts';
import type { Scratch } from './scratch.ts';
import { toolchainFolders, type VisibleFolder } from './toolchain.ts';

export interface WorkplaceOptions {
  /** Top of the user's working tree. */
  readonly repositoryRoot: string;
  readonly checks: Config['checks'];
  /** What checks may see is chosen from here. */
  readonly environment: NodeJS.ProcessEnv;
  /** Names of variables that hold provider keys: no check ever sees them. */
  readonly secretNames?: readonly string[];
  readonly limits?: Partial<CheckLimits>;
  readonly sleep?: Sleep;
  /**
   * Asked once, with a sentence that says why there is no sandbox, before the first command runs without one though
   * `checks.sandbox` is `auto`. False keeps it from running; where nobody is asked it runs.
   */
  readonly mayRunOpen?: (reason: string) => Promise<boolean>;
}

export interface WorkplaceRequest {
  /** The worktree. */
  readonly directory: string;
  readonly scratch: Scratch;
  readonly network: boolean;
  /** Folders of dependencies to show inside the worktree; only a sandbox can. */
  readonly linked: readonly VisibleFolder[];
}

/** Makes the places where commands run, on what was found out about this machine once. */
export interface Workplaces {
  /** Path of bubblewrap where checks run under it, null where they run without. Throws `check/no-sandbox`. */
  sandbox(signal: AbortSignal): Promise<string | null>;
  /** Before anything runs in a place: throws `check/no-sandbox` where a person does not want it without a sandbox. */
  assertAgreed(): Promise<void>;
  at(request: WorkplaceRequest, sandbox: string | null): Promise<Workplace>;
}

/** Throws `config/invalid` where `checks.env` asks for a key. */
export function createWorkplaces(options: WorkplaceOptions): Workplaces {
  const { checks, environment, repositoryRoot, secretNames = [] } = options;
  assertNoSecrets(checks.env, secretNames);
  const home = userHome(environment);
  const limits = { ...defaultCheckLimits, ...options.limits };
  const { memoryMb, processes } = checks;
  const resources = { memoryMb: memoryMb ?? null, processes };
  const sleep = options.sleep ?? ((seconds, signal) => wait(seconds * 1000, undefined, { signal }));
  let finding: SandboxFinding | null = null;
  let agreed: Promise<boolean> | null = null;
  let toolchain: Promise<readonly VisibleFolder[]> | null = null;
  return {
    async sandbox(signal) {
      if (checks.sandbox === 'off') return null;
      finding ??= await detectSandbox(environment, signal);
      if (finding.available) return finding.program;
      if (checks.sandbox === 'require') throw new EngineError({ code: 'check/no-sandbox', detail: finding.reason });
      return null;
    },
    async assertAgreed() {
      if (checks.sandbox !== 'auto' || finding === null || finding.available) return;
      const { reason } = finding;
      agreed ??= options.mayRunOpen?.(reason) ?? Promise.resolve(true);
      if (await agreed) return;
      const detail = `${reason} You chose not to run them without one.`;
      throw new EngineError({ code: 'check/no-sandbox', detail });
    },
    async at({ directory, scratch, network, linked }, sandbox) {
      const made = checkEnvironment({
        environment,
        extra: checks.env,
        secretNames,
        home: sandbox ? homeInside(home) : scratch.home,
        temporary: sandbox ? '/tmp' : scratch.temporary,
        network,
      });
      if (network) await shareRegistryAddress(home, scratch);
      if (!sandbox) return { directory, environment: made, limits, resources, sleep, sandbox: null };
      toolchain ??= toolchainFolders({ environment, home, repositoryRoot });
      const shown = [...(await toolchain), ...(network ? await certificates(environment) : [])];
      const args = await sandboxArguments({ worktree: directory, scratch, home, toolchain: shown, linked, network });
      return { directory, environment: made, limits, resources, sleep, sandbox: { program: sandbox, args } };
    },
  };
}

async function certificates(environment: NodeJS.ProcessEnv): Promise<readonly VisibleFolder[]> {
  const named = certificateVariables.map((name) => environment[name]).filter((file) => file && path.isAbsolute(file));
  const found = await Promise.all(named.map((file) => stat(file as string).catch(() => null)));
  return [...new Set(named.filter((_, at) => found[at]))].map((file) => ({
    source: file as string,
    at: file as string,
  }));
}

/** An installation needs to know where packages come from, and none of the tokens that stand in the same file. */
async function shareRegistryAddress(home: string, scratch: Scratch): Promise<void> {
  const settings = await readFile(path.join(home, '.npmrc'), 'utf8').catch(() => '');
  const address = /^\s*(?:@[\w.-]+:)?registry\s*=\s*https?:\/\/[^@\s]+\s*$/;
  const kept = settings.split('\n').filter((line) => address.test(line));
  if (kept.length > 0) await writeFile(path.join(scratch.home, '.npmrc'), `${kept.join('\n')}\n`);
}
