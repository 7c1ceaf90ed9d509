/**
 * How long a brief takes in a large checkout: cold, with nothing kept; warm, from the kept index in a new process's
 * state; again in the same process; and on the next commits, of few changes each. Beside it the longest time that this thread
 * was held up while another did the work. `npm run bench:brief -- REPO`
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { assembleBrief } from '../../src/builder/brief.ts';
import { createSurvey } from '../../src/builder/survey/survey.ts';
import { surveyInThread } from '../../src/compose/survey-thread.ts';
import { surveyWorkerFile } from '../../src/compose/survey-worker-file.ts';
import { phaseSpecSchema } from '../../src/domain/spec.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import { matching } from '../../src/patch/scope.ts';

const budgetTokens = 32_000;
const directory = process.argv[2];
if (!directory) {
  console.error('Usage: npm run bench:brief -- REPO');
  process.exit(2);
}
const { reader, root, head } = await openRepository(directory);
const { commit } = await head();
const spec = phaseSpecSchema.parse({
  id: 'bench',
  goal: 'Return a clear error when a request body exceeds the configured limit in the route handler.',
  acceptance: ['A body over the limit answers 413'],
});
const state = await mkdtemp(path.join(os.tmpdir(), 'countersign-brief-'));
const files = await reader.files(commit);
console.log(`${path.basename(root)}: ${files.length} files, a brief of at most ${budgetTokens} tokens`);

async function time(name: string, look: ReturnType<typeof createSurvey>, at = commit): Promise<void> {
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  const computing = process.cpuUsage();
  const began = performance.now();
  const brief = assembleBrief(
    await look({ spec, commit: at, budgetTokens }, AbortSignal.timeout(600_000)),
    budgetTokens,
  );
  const milliseconds = performance.now() - began;
  const { user, system } = process.cpuUsage(computing);
  delays.disable();
  const { usedTokens, shown } = brief.report;
  const held = (delays.max / 1e6).toFixed(0);
  console.log(
    `${name.padEnd(30)}${milliseconds.toFixed(0).padStart(7)} ms${((user + system) / 1000).toFixed(0).padStart(8)} ms computing` +
      `${held.padStart(6)} ms held up   ${shown.length} pieces, ${usedTokens} tokens`,
  );
}

/** What a second phase pays: the thread knows one commit, and a few files are changed in the next. */
async function nextCommits(first: string, following: readonly string[]): Promise<void> {
  const environment = { ...process.env };
  const here = createSurvey({ reader, directory: state, matching });
  const thread = surveyInThread(surveyWorkerFile, { root, directory: state, environment }, here);
  await time('warm, an earlier commit', thread, first);
  for (const next of following) await time('warm, the commit after it', thread, next);
  thread.close();
}

try {
  const here = createSurvey({ reader, directory: state, matching });
  await time('cold', here);
  await time('warm, same process', here);
  await time('warm, from the kept index', createSurvey({ reader, directory: state, matching }));
  const environment = { ...process.env };
  const thread = surveyInThread(surveyWorkerFile, { root, directory: state, environment }, here);
  await time('warm, thread started for it', thread);
  await time('warm, in the thread', thread);
  thread.close();
  const [, parent, grandparent] = await reader.commits(commit, 3);
  if (parent && grandparent) await nextCommits(grandparent, [parent, commit]);
} finally {
  await rm(state, { recursive: true, force: true });
}
