import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { putWhole } from '../builder/survey/put-whole.ts';
import { createArtifacts } from '../builder/tools/artifacts.ts';
import {
  type CommandOutcome,
  type Notes,
  type ShellCommand,
  type ToolPowers,
  ToolProblem,
} from '../builder/tools/tool.ts';
import { describeFault } from '../domain/describe-fault.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { Staged } from '../domain/proposal.ts';
import type { VerifyStep } from '../domain/spec.ts';
import type { Task } from '../engine/ports/builder.ts';
import type { Verifier } from '../engine/ports/checks.ts';
import { createPublicFetch } from './public-fetch.ts';

export interface ToolPowersOptions {
  /** Runs nothing without a sandbox, unless the user has switched the sandbox off. */
  readonly verifier: Verifier;
  readonly stateDirectory: string;
}

/** What the Builder's tools may do beyond reading, with the same sandbox and limits as checks have. */
export function createToolPowers({ verifier, stateDirectory }: ToolPowersOptions): ToolPowers {
  const silent = { onStart: async () => {}, onEnd: async () => {} };
  return {
    async run(task, commands, signal) {
      const verify = commands === null ? task.spec.verify : commands.map(stepOf);
      const spec = { ...task.spec, verify: [...verify] };
      const options = { strict: false, signed: false };
      const scan = { findings: [], protectedPaths: [] };
      try {
        const report = await verifier.run(task.scope, spec, unchanged(task), scan, options, silent, signal);
        return report.results.map(
          ({ exitCode, outcome, output }): CommandOutcome => ({ exitCode, output, timedOut: outcome === 'timed-out' }),
        );
      } catch (error) {
        if (!(error instanceof EngineError) || error.fault.code === 'interrupted') throw error;
        const refused = error.fault.code === 'check/no-sandbox';
        throw new ToolProblem(describeFault(error.fault).message, { refused });
      }
    },
    fetch: createPublicFetch(),
    artifacts: createArtifacts(),
    notes: (runId) => notesOf(path.join(stateDirectory, `notes-${runId.replace(/[^\w-]/g, '_')}.json`)),
  };
}

function stepOf({ command, seconds }: ShellCommand): VerifyStep {
  return { run: command, timeout: seconds, profile: 'normal', shell: true, flaky: false };
}

/** The commit itself, as a change that changes nothing. */
function unchanged({ base }: Task): Staged {
  return { base, commit: base, tree: base, ref: '', patch: '', files: [], repairs: [], flags: [] };
}

const notesSchema = z.record(z.string(), z.string());
const largestNotes = 1024 * 1024;

function notesOf(file: string): Notes {
  const all = async (): Promise<Readonly<Record<string, string>>> => {
    const found = await lstat(file).catch(() => null);
    if (!found?.isFile() || found.size > largestNotes) return {};
    try {
      return notesSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    } catch {
      return {};
    }
  };
  return {
    all,
    async write(name, text) {
      await putWhole(file, [Buffer.from(JSON.stringify({ ...(await all()), [name]: text }))]);
    },
  };
}
