import { l10n } from 'vscode';
import type { JobSteps } from '../../compose/training/job-steps.ts';
import type { ShownJob } from '../../compose/training/train-jobs.ts';
import type { JobFigures } from '../../contract/training-job.ts';
import { wholeNumber } from '../../contract/words.ts';
import { formatCost } from '../../domain/money.ts';

const ended = new Set(['completed', 'stopped', 'crashed']);

/** True while it may still change. */
export const isLive = ({ status }: ShownJob) => status === null || !ended.has(status.status);

/** The number that a person knows a job by: the first one has 1. `jobs` begin with the newest. */
export function jobNumber(jobs: readonly ShownJob[], id: string): string | null {
  const index = jobs.findIndex(({ record }) => record.id === id);
  return index < 0 ? null : String(jobs.length - index);
}

/** The job that a person most likely wants to see: the newest that is under way, else the last. */
export const chooseJob = (jobs: readonly ShownJob[]): ShownJob | null => jobs.find(isLive) ?? jobs[0] ?? null;

export async function jobFigures(jobs: readonly ShownJob[], job: ShownJob, steps: JobSteps): Promise<JobFigures> {
  const { record, status, followed, folder, stuck } = job;
  const alerts = status?.alerts ?? [];
  const sticks = stuck && alerts.every(({ type }) => type !== 'stuck');
  return {
    id: record.id,
    number: jobNumber(jobs, record.id) ?? record.id,
    version: record.version,
    status: status?.status ?? 'idle',
    stage: status?.stage ?? 'pending',
    message: status?.message ?? null,
    step: status?.step ?? null,
    steps: status?.steps ?? null,
    alerts: [
      ...alerts,
      ...(sticks ? [{ type: 'stuck', message: l10n.t('Nothing was heard of it for hours.'), stops: false }] : []),
    ],
    followed,
    metrics: await steps.read(folder),
    facts: factsOf(job),
  };
}

function factsOf({ record }: ShownJob): JobFigures['facts'] {
  const { data, cost, backend, baseModel, id } = record;
  return [
    [l10n.t('Base'), baseModel],
    [l10n.t('Data'), l10n.t('{0} rows, {1} held out', wholeNumber(data.rows), wholeNumber(data.validationRows))],
    [l10n.t('Cost'), costText(cost)],
    [l10n.t('Trained by'), backend],
    [l10n.t('Name'), id],
  ];
}

/** What it may cost, as it was stated before it began. */
function costText({ micros, tokens }: ShownJob['record']['cost']): string {
  const counted = wholeNumber(tokens);
  if (micros === 0) return l10n.t('none, {0} tokens', counted);
  const money = formatCost({ micros: micros ?? 0, label: micros === null ? 'unknown' : 'estimated' });
  return l10n.t('{0} for {1} tokens', money, counted);
}
