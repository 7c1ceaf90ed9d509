/** A thread of its own that looks through the repository: reading and ranking thousands of files would hold up an editor. */
import { parentPort, workerData } from 'node:worker_threads';
import { createSurvey } from '../builder/survey/survey.ts';
import { openRepository } from '../git/open-repository.ts';
import { matching } from '../patch/scope.ts';
import type { SurveyMessage, SurveyReply, SurveyStart } from './survey-thread.ts';

const { root, directory, environment } = workerData as SurveyStart;
const opened = openRepository(root, { environment }).then(({ reader }) =>
  createSurvey({ reader, directory, matching }),
);
// Told to whoever asks first.
opened.catch(() => undefined);
const underWay = new Map<number, AbortController>();

async function answer({ id, request }: Extract<SurveyMessage, { type: 'look' }>): Promise<SurveyReply> {
  const controller = new AbortController();
  underWay.set(id, controller);
  try {
    const survey = await opened;
    return { id, results: await survey(request, controller.signal), failure: null };
  } catch (error) {
    return { id, results: null, failure: error instanceof Error ? error.message : String(error) };
  } finally {
    underWay.delete(id);
  }
}

parentPort?.on('message', (message: SurveyMessage) => {
  if (message.type === 'cancel') underWay.get(message.id)?.abort();
  else void answer(message).then((reply) => parentPort?.postMessage(reply));
});
