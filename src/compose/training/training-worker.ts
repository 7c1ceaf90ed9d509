/** A thread for one task of training: it opens the repository for itself, answers, and lets go of it. */
import { parentPort, workerData } from 'node:worker_threads';
import { openWorkspace, type Workspace } from '../../compose.ts';
import { EngineError, faultOf } from '../../domain/engine-error.ts';
import { placeOf } from '../../models/providers.ts';
import { carryOut, type TaskContext } from './training-tasks.ts';
import type { TrainingReply, TrainingStart, TrainingWord } from './training-thread.ts';

const { place, task } = workerData as TrainingStart;
const cancelled = new AbortController();
let answerOffer: (agreed: boolean) => void = () => {};

parentPort?.on('message', (word: TrainingWord) => {
  if (word === 'cancel') cancelled.abort();
  else answerOffer(word === 'agreed');
});

const say = (reply: TrainingReply) => parentPort?.postMessage(reply);

const agree: TaskContext['agree'] = (offer) =>
  new Promise((resolve, reject) => {
    const refuse = () => reject(new EngineError({ code: 'interrupted' }));
    cancelled.signal.addEventListener('abort', refuse, { once: true });
    answerOffer = (agreed) => (agreed ? resolve() : refuse());
    say({ type: 'offer', offer });
  });

/** A back end looks for its key in the environment: what the editor keeps stands there, under the configured name. */
function environmentWithKeys({ config }: Workspace): NodeJS.ProcessEnv {
  const { environment, keys } = place;
  const stored = Object.entries(keys).flatMap(([provider, key]): [string, string][] => {
    const at = placeOf(config.config.models, provider, environment);
    return at?.type === 'server' && at.keyName ? [[at.keyName, key]] : [];
  });
  return { ...environment, ...Object.fromEntries(stored) };
}

async function answer(): Promise<TrainingReply> {
  const { directory, environment, ownLayers, keys } = place;
  const { signal } = cancelled;
  const workspace = await openWorkspace({
    directory,
    environment,
    configFile: null,
    ownLayers,
    signal,
    holder: 'VS Code',
    models: { keyFor: async (provider) => keys[provider], storedKeys: new Set(Object.keys(keys)) },
  });
  try {
    const value = await carryOut(workspace, task, { environment: environmentWithKeys(workspace), signal, agree });
    return { type: 'done', value };
  } finally {
    await workspace.close();
  }
}

answer()
  .catch((error: unknown): TrainingReply => ({ type: 'failed', fault: faultOf(error) }))
  .then(say);
