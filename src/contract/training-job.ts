import type { JobState, JobView } from './training-view.ts';
import { localize, wholeNumber } from './words.ts';

/** One reported step; a loss that was no number is null. */
export interface JobStep {
  readonly step: number;
  readonly loss: number | null;
  readonly smoothedLoss: number | null;
  readonly validationLoss: number | null;
  /** ISO 8601. */
  readonly at: string;
}

/** What is on disk of a training job; the files of the jobs themselves fit. */
export interface JobFigures {
  readonly id: string;
  /** What a person knows it by. */
  readonly number: string;
  /** The version that it became; null while it became none. */
  readonly version: string | null;
  readonly status: 'idle' | 'training' | 'paused' | 'crashed' | 'stopped' | 'completed';
  readonly stage: 'pending' | 'preparing' | 'uploading' | 'training' | 'completed' | 'failed';
  readonly message: string | null;
  readonly step: number | null;
  readonly steps: number | null;
  readonly alerts: readonly { readonly type: string; readonly message: string; readonly stops: boolean }[];
  /** Somebody follows it: it hears what is asked of it. */
  readonly followed: boolean;
  readonly metrics: readonly JobStep[];
  /** Such as its base and its data, by name. */
  readonly facts: readonly (readonly [string, string])[];
}

/** A curve needs no more points than this to look the same. */
const mostPoints = 300;

export function jobViewOf(figures: JobFigures): JobView {
  const { id, number, version, metrics, alerts, message, followed } = figures;
  const state = stateOf(figures);
  const live = state === 'training' || state === 'paused' || state === 'preparing' || state === 'stuck';
  const steers = live && followed && figures.stage === 'training';
  const curve = (of: (step: JobStep) => number | null) =>
    thinned(metrics.flatMap((step): [number, number][] => pointOf(step.step, of(step))));
  return {
    id,
    title: version === null ? localize('Job {0}', number) : localize('Job {0} · {1}', number, version),
    state,
    stateWord: stateWord(state),
    live,
    progress: progressText(figures, state),
    message: message ?? '',
    training: curve(({ loss }) => loss),
    smoothed: curve(({ smoothedLoss }) => smoothedLoss),
    validation: curve(({ validationLoss }) => validationLoss),
    lastStep: Math.max(figures.steps ?? 0, metrics.at(-1)?.step ?? 0),
    sentence: sentenceOf(figures),
    alerts: alerts.map(({ type, message: text, stops }) => ({ message: text, advice: adviceOf(type), stops })),
    mayPause: steers && state === 'training',
    mayResume: steers && state === 'paused',
    mayStop: live && followed,
    mayTakeUp: !followed && (live || state === 'failed' || state === 'stopped'),
    facts: figures.facts.map(([name, value]) => [name, value]),
  };
}

const pointOf = (step: number, value: number | null): [number, number][] => (value === null ? [] : [[step, value]]);

/** Evenly fewer points; the last one stays. */
function thinned(points: readonly [number, number][]): [number, number][] {
  const stride = Math.ceil(points.length / mostPoints);
  if (stride <= 1) return [...points];
  return points.filter((_, index) => index % stride === 0 || index === points.length - 1);
}

function stateOf({ status, stage, alerts }: JobFigures): JobState {
  if (status === 'completed') return 'done';
  if (status === 'stopped') return 'stopped';
  if (status === 'crashed') return 'failed';
  if (alerts.some(({ type }) => type === 'stuck')) return 'stuck';
  if (status === 'paused') return 'paused';
  if (stage === 'pending') return 'waiting';
  return stage === 'preparing' || stage === 'uploading' ? 'preparing' : 'training';
}

function stateWord(state: JobState): string {
  const words: Readonly<Record<JobState, string>> = {
    preparing: localize('Preparing'),
    waiting: localize('Waiting'),
    training: localize('Training'),
    paused: localize('Paused'),
    done: localize('Trained'),
    stopped: localize('Stopped'),
    failed: localize('Failed'),
    stuck: localize('Sticks'),
  };
  return words[state];
}

function progressText(figures: JobFigures, state: JobState): string {
  const { step, steps, stage } = figures;
  if (stage === 'uploading') return localize('sending the data');
  if (step === null) return '';
  if (steps === null || steps === 0) return localize('step {0}', wholeNumber(step));
  const percent = Math.min(100, Math.floor((100 * step) / steps));
  const [at, of] = [wholeNumber(step), wholeNumber(steps)];
  const left = state === 'training' ? minutesLeft(figures) : null;
  if (left === null) return localize('step {0} of {1}, {2} %', at, of, percent);
  if (left < 1) return localize('step {0} of {1}, {2} %, less than a minute left', at, of, percent);
  if (left >= 120) return localize('step {0} of {1}, {2} %, about {3} h left', at, of, percent, Math.round(left / 60));
  return localize('step {0} of {1}, {2} %, about {3} min left', at, of, percent, Math.ceil(left));
}

/** Steps that the pace is taken from. */
const paceSteps = 50;

/** By the pace of the newest steps; null where it is not known. */
function minutesLeft({ metrics, steps }: JobFigures): number | null {
  const last = metrics.at(-1);
  const first = metrics.at(-Math.min(paceSteps, metrics.length));
  if (!last || !first || steps === null || last.step <= first.step) return null;
  const perStep = (Date.parse(last.at) - Date.parse(first.at)) / (last.step - first.step);
  return perStep > 0 ? ((steps - last.step) * perStep) / 60_000 : null;
}

function sentenceOf({ metrics, step, steps }: JobFigures): string {
  if (metrics.length === 0 || step === null) return localize('No step was reported yet.');
  const last = <Value>(of: (step: JobStep) => Value | null) => metrics.map(of).findLast((value) => value !== null);
  const smoothed = last(({ smoothedLoss }) => smoothedLoss)?.toFixed(2) ?? '–';
  const validation = last(({ validationLoss }) => validationLoss)?.toFixed(2);
  const at = steps === null ? wholeNumber(step) : localize('{0} of {1}', wholeNumber(step), wholeNumber(steps));
  return validation === undefined
    ? localize('Loss by step. Training {0} at step {1}.', smoothed, at)
    : localize('Loss by step. Training {0}, validation {1} at step {2}.', smoothed, validation, at);
}

/** What it may mean, and what to do. */
function adviceOf(type: string): string {
  switch (type) {
    case 'overfitting':
      return localize('The limit is 0.30. The model may be learning the examples by heart. Stop early, or add data.');
    case 'throughput':
      return localize('Something else may use the machine. It goes on, only later.');
    case 'instability':
      return localize('A smaller learning rate or more data makes it calmer.');
    case 'not-a-number':
      return localize('Begin again with a smaller learning rate.');
    case 'stuck':
      return localize('Look at the back end, then stop it or wait.');
    default:
      return '';
  }
}
