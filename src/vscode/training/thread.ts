import { l10n } from 'vscode';
import type { TrainingTask, TrainingTasks } from '../../compose/training/training-tasks.ts';
import type { ThreadOptions } from '../../compose/training/training-thread.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { settingsLayer } from '../read-settings.ts';
import type { TrainingParts } from './parts.ts';

/** Carries out a task of training on the folder that is worked on, in a thread of its own. Throws what the task does. */
export async function inThread<Name extends keyof TrainingTasks>(
  { keys, session }: Pick<TrainingParts, 'keys' | 'session'>,
  task: TrainingTask<Name>,
  options: ThreadOptions,
): Promise<TrainingTasks[Name]['result']> {
  const directory = session.folder?.uri.fsPath;
  if (directory === undefined) throw new EngineError({ code: 'repository/none', directory: l10n.t('This window') });
  const { inTrainingThread } = await import('../../compose/training/training-thread.ts');
  const stored = await Promise.all([...keys.providers].map(async (name) => [name, await keys.get(name)] as const));
  const known = stored.filter((entry): entry is readonly [string, string] => entry[1] !== undefined);
  const place = {
    directory,
    environment: process.env,
    ownLayers: [settingsLayer()],
    keys: Object.fromEntries(known),
  };
  return inTrainingThread(place, task, options);
}
