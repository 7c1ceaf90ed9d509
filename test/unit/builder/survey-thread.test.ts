import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createSurvey } from '../../../src/builder/survey/survey.ts';
import { surveyInThread } from '../../../src/compose/survey-thread.ts';
import { surveyWorkerFile } from '../../../src/compose/survey-worker-file.ts';
import { openRepository } from '../../../src/git/open-repository.ts';
import { matching } from '../../../src/patch/scope.ts';
import { specOf } from '../engine/evidence.ts';

describe('the surveying thread', function () {
  this.timeout(60_000);
  let folder: string;
  let commit: string;
  let environment: NodeJS.ProcessEnv;
  const request = () => ({ spec: specOf({ goal: 'Sum numbers' }), commit, budgetTokens: 4_000 });

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'countersign-survey-'));
    environment = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
    const git = (...words: string[]) => execFileSync('git', words, { cwd: folder, env: environment, encoding: 'utf8' });
    git('init', '--quiet');
    await writeFile(path.join(folder, 'sum.js'), 'export function sum(a, b) {\n  return a - b;\n}\n');
    git('add', 'sum.js');
    git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', 'commit', '--quiet', '--message', 'Sum');
    commit = git('rev-parse', 'HEAD').trim();
  });
  after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  async function surveys(file: string | URL) {
    const { reader, root, stateDirectory } = await openRepository(folder, { environment });
    let asked = 0;
    const inner = createSurvey({ reader, directory: null, matching });
    const here: typeof inner = (...given) => {
      asked += 1;
      return inner(...given);
    };
    return { survey: surveyInThread(file, { root, directory: stateDirectory, environment }, here), asked: () => asked };
  }

  it('finds what a survey in this thread finds', async () => {
    const thread = await surveys(surveyWorkerFile);
    try {
      const found = await thread.survey(request(), new AbortController().signal);
      assert.deepEqual(
        found.flatMap(({ pieces }) => pieces.filter(({ form }) => form === 'whole').map(({ title }) => title)),
        ['sum.js'],
      );
      assert.equal(thread.asked(), 0);
    } finally {
      thread.survey.close();
    }
  });

  it('looks here where the thread cannot start or dies', async () => {
    const file = path.join(folder, 'broken.mjs');
    await writeFile(file, 'process.exit(3);');
    for (const program of [file, path.join(folder, 'missing.mjs')]) {
      const thread = await surveys(program);
      const found = await thread.survey(request(), new AbortController().signal);
      assert.ok(found.length > 0);
      assert.equal(thread.asked(), 1);
    }
  });

  it('says that it was interrupted, and nothing else', async () => {
    const thread = await surveys(surveyWorkerFile);
    const controller = new AbortController();
    const asked = thread.survey(request(), controller.signal);
    controller.abort();
    await assert.rejects(asked, { fault: { code: 'interrupted' } });
    thread.survey.close();
  });
});
