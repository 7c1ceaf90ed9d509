import { ghOf } from '../../checks/ci/gh.ts';
import { githubRepository } from '../../checks/ci/github-repository.ts';
import type { Workspace } from '../../compose.ts';
import { reportMarkdown } from '../../domain/describe-report.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { Promotion } from '../../domain/promotion.ts';
import type { RunRecord } from '../../domain/run.ts';
import type { RunBranch } from '../../engine/promote.ts';
import { reportRun } from '../report-run.ts';

export interface PromoteOptions {
  /** Null merges here. */
  readonly pullRequest: {
    readonly remote: string;
    /** Whether the run branch may be pushed. */
    readonly push: boolean;
  } | null;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

export interface Promoted extends Promotion {
  readonly runId: string;
  /** What the run came to, as Markdown: the text of the pull request. */
  readonly summary: string;
}

/**
 * Merges a run that ended well, or opens a pull request for it. Throws `run/not-promotable`, `gh/*`, `remote/*`, and
 * what a merge fails with; nothing is pushed unless it is asked for.
 */
export async function promoteRun(workspace: Workspace, run: RunRecord, options: PromoteOptions): Promise<Promoted> {
  const summary = reportMarkdown(reportRun(workspace, run));
  const { pullRequest } = options;
  const open = pullRequest ? (branch: RunBranch) => propose(workspace, run, branch, summary, options) : null;
  const promotion = await workspace.engine.promote(run, workspace.ledger.isRunLive(run.id), open);
  return { runId: run.id, ...promotion, summary };
}

/** The most that a server takes as the text of a pull request, in characters, with some room. */
const longestBody = 60_000;
const longestTitle = 200;

async function propose(
  { repository, secretNames }: Workspace,
  run: RunRecord,
  branch: RunBranch,
  summary: string,
  { pullRequest, environment, signal }: PromoteOptions,
): Promise<string> {
  const { remote, push } = pullRequest ?? { remote: 'origin', push: false };
  const gh = ghOf({ directory: repository.root, environment, secretNames, purpose: 'open a pull request' });
  await gh.assertThere();
  const server = githubRepository(await repository.remotes.address(remote));
  const [head, base] = [branch.ref, branch.into].map((ref) => ref.replace('refs/heads/', '')) as [string, string];
  if ((await repository.remotes.tip(remote, head, signal)) !== branch.tip) {
    if (!push) throw new EngineError({ code: 'remote/not-pushed', remote, branch: head });
    await repository.remotes.push({ remote, commit: branch.tip, branch: head, replace: false }, signal);
  }
  const title = run.plan.goal.trim().split('\n', 1)[0] as string;
  const words = ['pr', 'create', '--head', head, '--base', base, '--title', title.slice(0, longestTitle)];
  const where = server === null ? [] : ['--repo', server];
  const printed = await gh.run([...words, '--body-file', '-', ...where], { signal, input: bodyOf(summary) });
  const url = /https?:\/\/\S+/.exec(printed)?.[0];
  if (!url) throw new EngineError({ code: 'gh/failed', command: 'pr create', detail: 'It printed no address.' });
  return url;
}

function bodyOf(summary: string): string {
  return summary.length <= longestBody ? summary : `${summary.slice(0, longestBody)}\n\n(cut here)\n`;
}
