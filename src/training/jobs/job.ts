import type { StepReport } from '../monitor.ts';

/** What a job is configured with. Frozen when it starts. */
export interface JobConfig {
  /** Unique and safe in a file name. */
  readonly id: string;
  /** JSONL files of a dataset. */
  readonly trainingFile: string;
  readonly validationFile: string | null;
  readonly baseModel: string;
  readonly method: 'supervised' | 'dpo' | 'reinforcement';
  readonly suffix: string | null;
  readonly hyperparameters: Readonly<Record<string, string | number>>;
  /** Where the job keeps its status, its metrics, its lock, and looks for controls. */
  readonly folder: string;
}

/** What a back end tells while it works. */
export type JobNews =
  | { readonly type: 'remote'; readonly remoteId: string }
  | { readonly type: 'status'; readonly status: string }
  | { readonly type: 'message'; readonly message: string }
  | { readonly type: 'step'; readonly report: StepReport };

export interface TrainedModel {
  /** As the serving end names it. */
  readonly model: string;
  readonly trainedTokens: number | null;
  /** Names of intermediate versions, oldest first. */
  readonly checkpoints: readonly string[];
  /** ISO 8601: when the provider ends the base or the result; null where none was announced. */
  readonly shutdownDate: string | null;
}

export type Control = 'pause' | 'resume' | 'stop';

export interface JobRun {
  readonly config: JobConfig;
  readonly tell: (news: JobNews) => Promise<void>;
  /** Resolves with the next control that a person gives. */
  readonly nextControl: () => Promise<Control>;
  /** Aborted when the process ends: the job is left to go on where it can. */
  readonly signal: AbortSignal;
}

/** Where training takes place. Throws on any failure; `stopped` where a person stopped it. */
export interface Backend {
  readonly name: string;
  train(run: JobRun): Promise<TrainedModel | 'stopped'>;
}
