import type { JobCost, JobStatus, ShownJob } from '../compose/training/train-jobs.ts';
import { formatUsd } from './format-usd.ts';
import { table } from './table.ts';

/** What a job may cost, before it begins. */
export function costText({ tokens, micros }: JobCost): string {
  const money = micros === null ? 'at a price that nobody states' : `for about ${formatUsd(micros)}`;
  return `about ${tokens} tokens, ${money}`;
}

/** One line for a change of a job's status; null where it says nothing new to a person. */
export function createJobTeller(): (status: JobStatus) => string | null {
  let last = '';
  return (status) => {
    const line = statusText(status);
    if (line === last) return null;
    last = line;
    return line;
  };
}

export function statusText({
  status,
  stage,
  step,
  steps,
  smoothedLoss,
  trend,
  message,
  alerts,
  model,
}: JobStatus): string {
  const at = step === null ? null : `step ${step}${steps === null ? '' : ` of ${steps}`}`;
  const loss = smoothedLoss === null ? null : `loss ${smoothedLoss.toFixed(4)}${trend === null ? '' : `, ${trend}`}`;
  const parts = [
    status === 'training' ? stage : status,
    at,
    loss,
    message,
    model,
    ...alerts.map((alert) => alert.message),
  ];
  return parts.filter((part) => part !== null).join(' · ');
}

export function jobsLines(jobs: readonly ShownJob[]): readonly string[] {
  if (jobs.length === 0) return ['No model was trained yet. `countersign train start` trains one.'];
  const rows = jobs.map((job) => {
    const { id, backend, baseModel, data, version } = job.record;
    return [id, backend, baseModel, String(data.rows), stateOf(job), job.status?.model ?? '', version ?? ''];
  });
  return table(['job', 'back end', 'base', 'rows', 'state', 'model', 'version'], rows);
}

export function jobLines(job: ShownJob): readonly string[] {
  const { record, status } = job;
  const { id, backend, baseModel, method, data, cost, version } = record;
  return [
    `${id}  ${stateOf(job)}`,
    `${method} training of ${baseModel} by ${backend}, on ${data.rows} rows, ${costText(cost)}`,
    ...(status ? [statusText(status)] : []),
    ...(version ? [`its model is ${version}`] : []),
    ...(job.stuck ? ['Nothing was heard of it for hours; docs/training.md says what to do.'] : []),
    ...(isAdrift(job) ? [`Nobody follows it: \`countersign train resume ${id}\` does.`] : []),
  ];
}

function stateOf({ status, stuck, followed }: ShownJob): string {
  const state = status?.status ?? 'idle';
  if (stuck) return 'stuck';
  const isOpen = state === 'training' || state === 'paused' || state === 'idle';
  return isOpen && !followed ? `${state}, followed by nobody` : state;
}

function isAdrift({ status, followed }: ShownJob): boolean {
  return !followed && status?.status !== 'completed';
}
