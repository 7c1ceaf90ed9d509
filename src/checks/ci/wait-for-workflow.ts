import { z } from 'zod';
import type { CheckResult } from '../../domain/checks.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { createBoundedOutput } from '../bounded-output.ts';
import type { Gh } from './gh.ts';

export interface WorkflowRequest {
  /** Name or file of the workflow. */
  readonly workflow: string;
  readonly commit: string;
  readonly branch: string;
  /** `HOST/OWNER/NAME`, or null to let gh find out by the repository's remotes. */
  readonly repository: string | null;
  /** Until its result is given up. */
  readonly seconds: number;
}

export interface WaitParts {
  readonly gh: Gh;
  readonly now: () => number;
  /** Resolves after so many seconds; rejects with `interrupted`. */
  readonly sleep: (seconds: number, signal: AbortSignal) => Promise<void>;
}

const runSchema = z.object({
  databaseId: z.int(),
  status: z.string(),
  conclusion: z.string().nullable(),
  url: z.string(),
});
type WorkflowRun = z.infer<typeof runSchema>;

/** Seconds before the second look, how much longer each next one waits, and the longest wait. */
const firstWait = 2;
const waitGrowth = 1.5;
const longestWait = 60;
/** Looks in a row that may fail before the server counts as unreachable. */
const mostFailures = 5;
/** Bytes of a log that are kept. */
const outputLimit = 64 * 1024;

export function commandOf(workflow: string): string {
  return `CI workflow ${workflow}`;
}

/**
 * Waits for a workflow's run on a pushed commit, looking ever more seldom. That it failed, was cancelled or gave no
 * result in time is a stated result. Throws `gh/*` where gh cannot be had or keeps failing, and `interrupted`.
 */
export async function waitForWorkflow(
  request: WorkflowRequest,
  { gh, now, sleep }: WaitParts,
  signal: AbortSignal,
): Promise<CheckResult> {
  const began = now();
  const elapsed = () => (now() - began) / 1000;
  let failures = 0;
  let seen: WorkflowRun | null = null;
  for (let wait = firstWait; ; wait = Math.min(longestWait, wait * waitGrowth)) {
    try {
      seen = (await newestRun(request, gh, signal)) ?? seen;
      failures = 0;
    } catch (error) {
      failures += 1;
      const isFinal = !(error instanceof EngineError) || error.fault.code !== 'gh/failed' || failures === mostFailures;
      if (isFinal) throw error;
    }
    if (seen?.status === 'completed') return concluded(request, seen, elapsed(), gh, signal);
    const left = request.seconds - elapsed();
    if (left <= 0) return resultOf(request, 'timed-out', timeoutText(request, seen), elapsed(), seen);
    await sleep(Math.min(wait, left), signal);
  }
}

async function newestRun(request: WorkflowRequest, gh: Gh, signal: AbortSignal): Promise<WorkflowRun | null> {
  const { workflow, branch, commit } = request;
  const fields = 'databaseId,status,conclusion,url';
  const words = ['run', 'list', '--workflow', workflow, '--branch', branch, '--commit', commit, '--json', fields];
  const text = await gh.run([...words, ...repositoryWords(request)], { signal });
  const read = z.array(runSchema).safeParse(parsed(text));
  if (!read.success) throw new EngineError({ code: 'gh/failed', command: 'run list', detail: 'It printed no list.' });
  return read.data.reduce<WorkflowRun | null>(
    (newest, run) => (newest === null || run.databaseId > newest.databaseId ? run : newest),
    null,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function repositoryWords({ repository }: WorkflowRequest): readonly string[] {
  return repository === null ? [] : ['--repo', repository];
}

async function concluded(
  request: WorkflowRequest,
  run: WorkflowRun,
  seconds: number,
  gh: Gh,
  signal: AbortSignal,
): Promise<CheckResult> {
  if (run.conclusion === 'success') return resultOf(request, 'passed', `It succeeded: ${run.url}`, seconds, run);
  const log = await failedLog(request, run, gh, signal);
  const outcome = run.conclusion === 'timed_out' ? 'timed-out' : 'failed';
  return resultOf(request, outcome, `It ended as ${run.conclusion ?? 'nothing'}: ${run.url}\n${log}`, seconds, run);
}

/** What the failed steps printed. The result stands without it. */
async function failedLog(
  request: WorkflowRequest,
  { databaseId }: WorkflowRun,
  gh: Gh,
  signal: AbortSignal,
): Promise<string> {
  try {
    const words = ['run', 'view', String(databaseId), '--log-failed', ...repositoryWords(request)];
    return await gh.run(words, { signal });
  } catch (error) {
    if (error instanceof EngineError && error.fault.code === 'interrupted') throw error;
    return 'Its log cannot be read.';
  }
}

function timeoutText({ workflow, seconds }: WorkflowRequest, seen: WorkflowRun | null): string {
  const limit = seconds >= 60 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds)} s`;
  return seen === null
    ? `No run of ${workflow} began within ${limit}. Does it run for pushed branches of any name?`
    : `It gave no result within ${limit}; it is ${seen.status}: ${seen.url}`;
}

function resultOf(
  { workflow }: WorkflowRequest,
  outcome: CheckResult['outcome'],
  output: string,
  seconds: number,
  run: WorkflowRun | null,
): CheckResult {
  const bounded = createBoundedOutput(outputLimit);
  bounded.write(Buffer.from(output));
  const { text, hash } = bounded.finish();
  return {
    command: commandOf(workflow),
    outcome,
    exitCode: outcome === 'passed' ? 0 : outcome === 'failed' ? 1 : null,
    seconds,
    output: text,
    outputHash: hash,
    tries: 1,
    ...(run ? { url: run.url } : {}),
  };
}
