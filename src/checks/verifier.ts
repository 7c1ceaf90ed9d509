import { setTimeout as wait } from 'node:timers/promises';
import type { Scan } from '../domain/audit.ts';
import type { CheckReport, CheckResult } from '../domain/checks.ts';
import type { Config } from '../domain/config.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { Staged } from '../domain/proposal.ts';
import type { VerifyStep } from '../domain/spec.ts';
import type { CheckProgress, Verifier, WorktreePool } from '../engine/ports.ts';
import { assertNoSecrets, checkEnvironment } from './environment.ts';
import { type CheckLimits, defaultCheckLimits, runStep, type Sleep, type Workplace } from './run-step.ts';
import { detectSandbox, homeInside, type SandboxFinding, sandboxArguments, userHome } from './sandbox.ts';
import { createScratch, type Scratch } from './scratch.ts';
import { toolchainFolders, type VisibleFolder } from './toolchain.ts';

export interface VerifierOptions {
  readonly worktrees: WorktreePool;
  /** Top of the user's working tree. */
  readonly repositoryRoot: string;
  readonly checks: Config['checks'];
  /** What checks may see is chosen from here. */
  readonly environment: NodeJS.ProcessEnv;
  /** Names of variables that hold provider keys: no check ever sees them. */
  readonly secretNames?: readonly string[];
  readonly limits?: Partial<CheckLimits>;
  readonly sleep?: Sleep;
}

/** Throws `config/invalid` where `checks.env` asks for a key. */
export function createVerifier(options: VerifierOptions): Verifier {
  const secretNames = options.secretNames ?? [];
  assertNoSecrets(options.checks.env, secretNames);
  const machine = createMachine(options);
  const limits = { ...defaultCheckLimits, ...options.limits };
  const sleep = options.sleep ?? ((seconds, signal) => wait(seconds * 1000, undefined, { signal }));

  async function workplaceAt(directory: string, scratch: Scratch, sandbox: string | null): Promise<Workplace> {
    const home = userHome(options.environment);
    const { network } = options.checks;
    const environment = checkEnvironment({
      environment: options.environment,
      extra: options.checks.env,
      secretNames,
      home: sandbox ? homeInside(home) : scratch.home,
      temporary: sandbox ? '/tmp' : scratch.temporary,
      network,
    });
    if (!sandbox) return { directory, environment, limits, sleep, sandbox: null };
    const toolchain = await machine.toolchain();
    const view = { worktree: directory, scratch, home, toolchain, readOnly: [], overlaid: [], network };
    return { directory, environment, limits, sleep, sandbox: { program: sandbox, args: await sandboxArguments(view) } };
  }

  async function runSteps(
    staged: Staged,
    steps: readonly VerifyStep[],
    sandbox: string | null,
    progress: CheckProgress,
    signal: AbortSignal,
  ): Promise<readonly CheckResult[]> {
    const results: CheckResult[] = [];
    const worktree = await options.worktrees.lease(staged.commit, signal);
    const scratch = await createScratch();
    try {
      const place = await workplaceAt(worktree.directory, scratch, sandbox);
      for (const step of steps) {
        await progress.onStart(step.run);
        const result = await runStep(step, place, signal);
        results.push(result);
        await progress.onEnd(result);
        if (result.outcome !== 'passed') break;
      }
      return results;
    } finally {
      await scratch.remove();
      await worktree.release();
    }
  }

  return {
    async run(_scope, spec, staged, scan, { strict, signed }, progress, signal) {
      const sandbox = await machine.sandbox(signal);
      const report: CheckReport = {
        tree: staged.tree,
        results: [],
        flags: [],
        sandbox: sandbox ? 'bubblewrap' : 'none',
        withheld: signed ? null : withheldBy(scan),
      };
      const steps = spec.verify.filter((step) => strict || step.profile === 'normal');
      if (report.withheld !== null || steps.length === 0) return report;
      return { ...report, results: [...(await runSteps(staged, steps, sandbox, progress, signal))] };
    },
  };
}

function withheldBy(scan: Scan): string | null {
  if (scan.protectedPaths.length === 0) return null;
  return `The patch touches ${scan.protectedPaths.join(', ')}: nothing of it runs before a person signs.`;
}

interface Machine {
  /** Path of bubblewrap where checks run under it, null where they run without. Throws `check/no-sandbox`. */
  sandbox(signal: AbortSignal): Promise<string | null>;
  toolchain(): Promise<readonly VisibleFolder[]>;
}

/** What is found out about this machine, once and only when it is needed. */
function createMachine({ checks, environment, repositoryRoot }: VerifierOptions): Machine {
  let finding: SandboxFinding | null = null;
  let folders: Promise<readonly VisibleFolder[]> | null = null;
  return {
    async sandbox(signal) {
      if (checks.sandbox === 'off') return null;
      finding ??= await detectSandbox(environment, signal);
      if (finding.available) return finding.program;
      if (checks.sandbox === 'require') throw new EngineError({ code: 'check/no-sandbox', detail: finding.reason });
      return null;
    },
    toolchain() {
      folders ??= toolchainFolders({ environment, home: userHome(environment), repositoryRoot });
      return folders;
    },
  };
}
