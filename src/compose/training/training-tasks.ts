/** What the training thread can be asked to do. */
import type { Workspace } from '../../compose.ts';
import type { CostLabel } from '../../domain/money.ts';
import type { ComparedModels } from './compare-models.ts';
import type { DeployedModel, DeployRequest, ModelVersions } from './model-versions.ts';
import type { Prepared, PrepareRequest } from './prepare-training.ts';
import type { TrainingSurvey } from './survey-training.ts';
import type { JobCost, JobResult, TrainRequest } from './train-jobs.ts';
import type { TrainingHealth } from './training-health.ts';

/** What the phases of one `PROVIDER/MODEL` came to. */
export interface ServedModel {
  readonly model: string;
  readonly phases: number;
  readonly landed: number;
  readonly costMicros: number;
  readonly costLabel: CostLabel;
  /** Attempts behind the first, of all phases. */
  readonly retries: number;
}

/** Trained models, what is served of them, and what each came to. */
export interface ModelsOverview extends ModelVersions {
  readonly served: readonly ServedModel[];
  /** The version that is deployed, or was last, against its baseline; null where none ever was. */
  readonly compared: ComparedModels | null;
}

/** What the panel shows of models, and of what all of it rests on. */
export interface TrainingOverview {
  readonly models: ModelsOverview;
  readonly health: TrainingHealth;
}

/** What a training would use, before anything is sent or paid. */
export interface TrainingOffer {
  readonly job: string;
  readonly cost: JobCost;
  readonly rows: number;
}

/** Each task by its name: what it is asked, and what it answers. All of it is plain data. */
export interface TrainingTasks {
  readonly survey: { readonly request: Record<string, never>; readonly result: TrainingSurvey };
  readonly overview: { readonly request: Record<string, never>; readonly result: TrainingOverview };
  readonly prepare: { readonly request: Omit<PrepareRequest, 'profile'>; readonly result: Prepared };
  readonly deploy: { readonly request: DeployRequest; readonly result: DeployedModel };
  readonly train: { readonly request: TrainRequest; readonly result: JobResult };
  readonly resume: { readonly request: { readonly job: string }; readonly result: JobResult };
}

export type TrainingTask<Name extends keyof TrainingTasks = keyof TrainingTasks> = {
  readonly [Each in Name]: { readonly name: Each; readonly request: TrainingTasks[Each]['request'] };
}[Name];

/** What a task may turn to while it is at work. */
export interface TaskContext {
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Resolves once a person has agreed; rejects with `interrupted` where they do not. */
  readonly agree: (offer: TrainingOffer) => Promise<void>;
}

type Carry<Name extends keyof TrainingTasks> = (
  workspace: Workspace,
  request: TrainingTasks[Name]['request'],
  context: TaskContext,
) => Promise<TrainingTasks[Name]['result']>;

const tasks: { readonly [Name in keyof TrainingTasks]: Carry<Name> } = {
  async survey(workspace) {
    const [{ surveyTraining }, { lastTrainingStart }] = await Promise.all([
      import('./survey-training.ts'),
      import('./training-plan.ts'),
    ]);
    return surveyTraining(workspace, await lastTrainingStart(workspace.repository.stateDirectory), new Date());
  },
  async overview(workspace, _, { environment }) {
    const [{ overviewOfModels }, { trainingHealth }] = await Promise.all([
      import('./overview-of-models.ts'),
      import('./training-health.ts'),
    ]);
    const models = await overviewOfModels(workspace, environment);
    return { models, health: await trainingHealth(workspace, new Date()) };
  },
  async prepare(workspace, request, { signal }) {
    const { prepareTraining } = await import('./prepare-training.ts');
    return prepareTraining(workspace, request, signal);
  },
  async deploy(workspace, request, { environment }) {
    const { deployModel } = await import('./model-versions.ts');
    return deployModel(workspace, request, environment);
  },
  async train(workspace, request, { environment, signal, agree }) {
    const { startTraining } = await import('./train-jobs.ts');
    const hooks = {
      onStatus: () => {},
      onCost: (job: string, cost: JobCost, { rows }: { readonly rows: number }) => agree({ job, cost, rows }),
      // They have agreed to what it may cost.
      mayCost: async () => true,
    };
    return (await startTraining(workspace, request, hooks, environment, signal)).result;
  },
  async resume(workspace, { job }, { environment, signal }) {
    const { resumeTraining } = await import('./train-jobs.ts');
    const hooks = { onStatus: () => {}, onCost: () => {} };
    return (await resumeTraining(workspace, job, hooks, environment, signal)).result;
  },
};

/** Throws what the task does. */
export function carryOut(
  workspace: Workspace,
  { name, request }: TrainingTask,
  context: TaskContext,
): Promise<TrainingTasks[keyof TrainingTasks]['result']> {
  const carry = tasks[name] as Carry<keyof TrainingTasks>;
  return carry(workspace, request as never, context);
}
