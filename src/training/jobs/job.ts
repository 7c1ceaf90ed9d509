import type { TrainingMethod } from '../../domain/training.ts';
import type { StepReport } from '../monitor.ts';

/** What a job is configured with. Frozen when it starts. */
export interface JobConfig {
  /** Unique and safe in a file name. */
  readonly id: string;
  /** JSONL files of a dataset. */
  readonly trainingFile: string;
  readonly validationFile: string | null;
  /** SHA-256 of the training file: another file under the same name is another job. */
  readonly trainingSha256: string;
  readonly baseModel: string;
  readonly method: TrainingMethod;
  readonly suffix: string | null;
  readonly hyperparameters: Readonly<Record<string, string | number>>;
  /** Where the job keeps its status, its metrics and its lock. */
  readonly folder: string;
}

/** Files as the serving end names them, once they are there. */
export interface Uploads {
  readonly trainingFile: string;
  readonly validationFile: string | null;
}

export type Control = 'pause' | 'resume' | 'stop';

/** A control that a person gave, with their reason. */
export interface GivenControl {
  readonly type: Control;
  readonly reason: string | null;
}

/** What a back end tells while it works. */
export type JobNews =
  | { readonly type: 'uploading' }
  | { readonly type: 'uploaded'; readonly uploads: Uploads }
  | { readonly type: 'remote'; readonly remoteId: string }
  /** As the serving end names it; told again and again, it is news only where it changes. */
  | { readonly type: 'status'; readonly status: string }
  | { readonly type: 'message'; readonly message: string }
  /** `of` is how many steps there are, where that is known. */
  | { readonly type: 'step'; readonly report: StepReport; readonly of?: number | null }
  /** A pause or its end took effect. */
  | { readonly type: 'controlled'; readonly control: 'pause' | 'resume'; readonly reason: string | null };

export interface TrainedModel {
  /** As the serving end names it. */
  readonly model: string;
  readonly trainedTokens: number | null;
  /** Names of intermediate versions, oldest first. */
  readonly checkpoints: readonly string[];
  /** ISO 8601: when the provider ends the base or the result; null where none was announced. */
  readonly shutdownDate: string | null;
}

/** How far an earlier start of the same job came. */
export interface EarlierStart {
  readonly uploads: Uploads | null;
  readonly remoteId: string | null;
}

export interface JobRun {
  readonly config: JobConfig;
  /** Null for a job that is started for the first time. */
  readonly earlier: EarlierStart | null;
  readonly tell: (news: JobNews) => Promise<void>;
  /** Resolves with the next control that a person gives; rejects once the job is over. */
  readonly nextControl: () => Promise<GivenControl>;
  /** Aborted when the process ends: the job is left to go on where it can. */
  readonly signal: AbortSignal;
}

/** Where training takes place. */
export interface Backend {
  readonly name: 'openai-compatible' | 'command';
  /** It goes on by itself while nobody follows it; else another start begins anew. */
  readonly goesOnAlone: boolean;
  /** Throws on any failure, `JobFailure` where it knows more of it; `stopped` where a person stopped it. */
  train(run: JobRun): Promise<TrainedModel | 'stopped'>;
}

/** A failure with more than words to it. */
export class JobFailure extends Error {
  readonly code: 'retired';
  /** ISO 8601. */
  readonly date: string;

  constructor(message: string, date: string) {
    super(message);
    this.code = 'retired';
    this.date = date;
  }
}
