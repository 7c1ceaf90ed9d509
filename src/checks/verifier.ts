import type { Scan } from '../domain/audit.ts';
import type { CheckReport, CheckResult } from '../domain/checks.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { Staged } from '../domain/proposal.ts';
import { readDiff } from '../domain/read-diff.ts';
import type { VerifyStep } from '../domain/spec.ts';
import type { CheckProgress, Verifier, Worktree, WorktreePool } from '../engine/ports/checks.ts';
import { flagsOf, type GateOptions, testsAtBase } from './fail-to-pass.ts';
import { isLockFile } from './lock-files.ts';
import { clearAway, furnish, type PreparationOptions, preparationKey, runSetup, type Site } from './prepare.ts';
import { findPrepared } from './prepared-store.ts';
import { runStep, type Workplace } from './run-step.ts';
import { createScratch } from './scratch.ts';
import { createWorkplaces, type WorkplaceOptions } from './workplace.ts';

export interface VerifierOptions extends WorkplaceOptions {
  readonly worktrees: WorktreePool;
  /** Folder for prepared dependencies, best on the worktrees' own disk. Made when it is needed. */
  readonly preparedDirectory: string;
  readonly baseWithTests: GateOptions['baseWithTests'];
}

/** A tree to check, with what its dependencies depend on. */
interface Target {
  readonly commit: string;
  /** A commit of the user's own, with the same lock files unless `locksChanged`. */
  readonly base: string;
  /** Sets the dependencies of this tree apart once its lock files are the patch's. */
  readonly tree: string;
  readonly locksChanged: boolean;
  readonly signed: boolean;
}

/** Throws `config/invalid` where `checks.env` asks for a key. */
export function createVerifier(options: VerifierOptions): Verifier {
  const workplaces = createWorkplaces(options);
  const { checks, repositoryRoot, worktrees } = options;
  const preparation: PreparationOptions = { checks, repositoryRoot, store: options.preparedDirectory, workplaces };

  return {
    async run(_scope, spec, staged, scan, { strict, signed }, progress, signal) {
      const sandbox = await workplaces.sandbox(signal);
      const report: CheckReport = {
        tree: staged.tree,
        results: [],
        flags: [...flagsOf(spec, staged, checks.tests)],
        sandbox: sandbox ? 'bubblewrap' : 'none',
        withheld: signed ? null : withheldBy(scan),
      };
      const steps = spec.verify.filter((step) => strict || step.profile === 'normal');
      if (report.withheld !== null || steps.length === 0) return report;
      await workplaces.assertAgreed();

      const circumstances = { preparation, worktrees, sandbox, signal };
      const results = await checkTree(targetOf(staged, signed), steps, { ...circumstances, progress });
      if (results.some((result) => result.outcome !== 'passed')) return { ...report, results: [...results] };

      const atBase = (commit: string, again: readonly VerifyStep[]) =>
        checkTree({ ...targetOf(staged, signed), commit, locksChanged: false }, again, {
          ...circumstances,
          progress: silent,
        });
      const gate = { tests: checks.tests, baseWithTests: options.baseWithTests };
      const shown = await testsAtBase(spec, staged, steps, results, gate, atBase);
      return { ...report, ...shown, results: [...results], flags: [...report.flags, ...shown.flags] };
    },
  };
}

/** Checks at the base are evidence about the tests; told as checks they would look like failures. */
const silent: CheckProgress = { onStart: async () => {}, onEnd: async () => {} };

function withheldBy(scan: Scan): string | null {
  if (scan.protectedPaths.length === 0) return null;
  return `The patch touches ${scan.protectedPaths.join(', ')}: nothing of it runs before a person signs.`;
}

function targetOf(staged: Staged, signed: boolean): Target {
  const { commit, base, tree } = staged;
  const names = readDiff(staged.patch).flatMap((file) => [file.path, file.renamedFrom ?? file.path]);
  return { commit, base, tree, locksChanged: names.some(isLockFile), signed };
}

interface Circumstances {
  readonly preparation: PreparationOptions;
  readonly worktrees: WorktreePool;
  readonly sandbox: string | null;
  readonly progress: CheckProgress;
  readonly signal: AbortSignal;
}

/** Runs the steps on a tree until one fails; a failing setup of the patch's own lock files is the only result. */
async function checkTree(
  target: Target,
  steps: readonly VerifyStep[],
  circumstances: Circumstances,
): Promise<readonly CheckResult[]> {
  const { preparation } = circumstances;
  const key = preparation.checks.setup.length > 0 ? await prepareFor(target, circumstances) : null;
  if (typeof key === 'object' && key !== null) return [key];
  return atSite(target.commit, circumstances, async (site) => {
    const linked = await furnish(preparation, site, key);
    try {
      const { network } = preparation.checks;
      const place = await preparation.workplaces.at(
        { directory: site.worktree, scratch: site.scratch, network, linked },
        site.sandbox,
      );
      return await runSteps(steps, place, site);
    } finally {
      await clearAway(linked);
    }
  });
}

async function runSteps(steps: readonly VerifyStep[], place: Workplace, site: Site): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const step of steps) {
    await site.progress.onStart(step.run);
    const result = await runStep(step, place, site.signal);
    results.push(result);
    await site.progress.onEnd(result);
    if (result.outcome !== 'passed') break;
  }
  return results;
}

/**
 * Sees to it that the tree's dependencies are installed; returns the key they are kept under, or the command that
 * failed. With the user's own lock files, setup runs on the user's own commit, so that it may use the network: nothing
 * of the patch takes part. With the patch's it runs on the patch, without a network unless one is allowed or a person
 * has signed, and serves this tree alone.
 */
async function prepareFor(target: Target, circumstances: Circumstances): Promise<string | CheckResult> {
  const { preparation } = circumstances;
  if (!target.locksChanged) {
    const wanted = await atSite(target.commit, circumstances, (site) =>
      preparationKey(preparation, site.worktree, null),
    );
    if (await findPrepared(preparation.store, wanted)) return wanted;
    const made = await atSite(target.base, circumstances, async (site) => {
      if ((await preparationKey(preparation, site.worktree, null)) !== wanted) return false;
      const failed = await runSetup(preparation, site, wanted, true);
      if (failed) throw setupFailed(failed);
      return true;
    });
    if (made) return wanted;
  }
  return atSite(target.commit, circumstances, async (site) => {
    const key = await preparationKey(preparation, site.worktree, `tree-${target.tree}`);
    if (await findPrepared(preparation.store, key)) return key;
    const network = preparation.checks.network || target.signed;
    const failed = await runSetup(preparation, site, key, network);
    if (!failed || network || site.sandbox === null) return failed ?? key;
    const note =
      'The patch changes what is installed, so this ran without a network: sign it, or set `checks.network`.';
    return { ...failed, output: `${failed.output}\n${note}\n` };
  });
}

function setupFailed(failed: CheckResult): EngineError {
  const end = failed.exitCode === null ? failed.outcome : `exit code ${failed.exitCode}`;
  const detail = `\`checks.setup\` failed before the patch was looked at (${end}).\n${failed.output.trim().slice(-2000)}`;
  return new EngineError({ code: 'check/not-startable', command: failed.command, detail });
}

/** Leases a worktree, with a scratch, for one use. */
async function atSite<Value>(
  commit: string,
  { worktrees, sandbox, progress, signal }: Circumstances,
  use: (site: Site) => Promise<Value>,
): Promise<Value> {
  const worktree: Worktree = await worktrees.lease(commit, signal);
  try {
    const scratch = await createScratch();
    try {
      return await use({ worktree: worktree.directory, scratch, sandbox, progress, signal });
    } finally {
      await scratch.remove();
    }
  } finally {
    await worktree.release();
  }
}
