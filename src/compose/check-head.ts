/** A phase's checks without a phase: on the commit that is checked out. What the editor's Testing view runs. */
import path from 'node:path';
import type { Workspace } from '../compose.ts';
import type { CheckReport } from '../domain/checks.ts';
import type { PhaseSpec } from '../domain/spec.ts';
import { readCheckOutput } from '../engine/check-output/read-check-output.ts';
import type { CheckProgress } from '../engine/ports/checks.ts';

export interface HeadChecked {
  readonly commit: string;
  readonly report: CheckReport;
}

/**
 * Runs a spec's checks on the last commit, as those of a change are run: in a worktree of their own, in the sandbox,
 * stopping at the first that fails. No model is asked, nothing is kept. Throws `repository/no-commit`, `interrupted`,
 * and what keeps checks from starting.
 */
export async function checkHead(
  { repository, verifier }: Workspace,
  spec: PhaseSpec,
  progress: CheckProgress,
  signal: AbortSignal,
): Promise<HeadChecked> {
  const { commit } = await repository.head();
  // Git takes a commit wherever it takes its tree.
  const unchanged = { base: commit, commit, tree: commit, ref: '', patch: '', files: [], repairs: [], flags: [] };
  const scope = { runId: '', tierId: null, phaseId: spec.id, attempt: 1 };
  const scan = { findings: [], protectedPaths: [] };
  // Who asks for the checks means all of them.
  const options = { strict: true, signed: false };
  return { commit, report: await verifier.run(scope, spec, unchanged, scan, options, progress, signal) };
}

/** Something that went wrong in a check, with where its output says that it did. */
export interface PlacedFailure {
  readonly name: string;
  readonly detail: string;
  /** Relative to the repository's root, in git's notation. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

const place = /(?:file:\/\/)?([^\s():'"]+\.\w+):(\d+)(?::\d+)?/g;

/** Failures whose place is one of these files; checks name them from their own worktree, whatever that is called. */
export function placedFailures(output: string, files: ReadonlySet<string>): readonly PlacedFailure[] {
  return readCheckOutput(output).flatMap(({ name, detail }) => {
    for (const [, named = '', line] of `${detail}\n${name}`.matchAll(place)) {
      const file = knownFile(named, files);
      if (file !== null && Number(line) > 0) return [{ name, detail, file, line: Number(line) }];
    }
    return [];
  });
}

/** The longest end of a path that is a file of the commit. */
function knownFile(named: string, files: ReadonlySet<string>): string | null {
  const parts = path.posix
    .normalize(named.replaceAll('\\', '/'))
    .split('/')
    .filter((part) => part !== '');
  for (let from = 0; from < parts.length; from += 1) {
    const end = parts.slice(from).join('/');
    if (files.has(end)) return end;
  }
  return null;
}
