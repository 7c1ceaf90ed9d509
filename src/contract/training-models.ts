import type { CostLabel } from '../domain/money.ts';
import { amountOf } from './amount.ts';
import { type ComparisonFigures, comparisonViewOf, rateText } from './training-comparison.ts';
import type { ModelRow, ModelsView } from './training-view.ts';
import { localize, wholeNumber } from './words.ts';

interface Version {
  readonly version: string;
  readonly model: string;
  readonly madeAt: string;
  readonly job: string | null;
  readonly base: string | null;
  readonly dataset: { readonly manifestSha256: string; readonly heldOut: number } | null;
  readonly checkpoints: readonly string[];
  readonly trainedTokens: number | null;
  readonly shutdownDate: string | null;
  readonly note: string | null;
}

interface Deployment {
  readonly version: string;
  readonly model: string;
  readonly baseline: string;
  readonly rollout: { readonly type: 'immediate' | 'test' } | { readonly type: 'gradual'; readonly share: number };
  readonly deployedAt: string;
  /** False for one that only came with the state directory: it is not served. */
  readonly own: boolean;
}

interface Deed {
  readonly at: string;
  readonly deed: 'deployed' | 'rolled-back';
  readonly version: string;
  readonly forced: boolean;
  readonly reason: string | null;
}

/** What the phases of one `PROVIDER/MODEL` came to. */
export interface ServedFigures {
  readonly model: string;
  readonly phases: number;
  readonly landed: number;
  readonly costMicros: number;
  readonly costLabel: CostLabel;
  readonly retries: number;
}

/** Trained models, what is served, and what each came to; the registry's own records fit. */
export interface ModelsFigures {
  /** Oldest first, both. */
  readonly versions: readonly Version[];
  readonly history: readonly Deed[];
  readonly deployment: Deployment | null;
  readonly served: readonly ServedFigures[];
  readonly comparison: ComparisonFigures | null;
  /** What a person knows a job by, by its id. */
  readonly jobs: ReadonlyMap<string, string>;
}

/** A job that is under way: its version will stand here. */
export interface ComingModel {
  readonly job: string;
  readonly base: string;
  readonly startedAt: string;
}

export function modelsViewOf(figures: ModelsFigures, coming: ComingModel | null): ModelsView {
  const { versions, deployment, comparison } = figures;
  const rows = [
    ...(coming ? [comingRow(coming)] : []),
    ...[...versions].reverse().map((version) => versionRow(version, figures)),
    ...baselineRow(figures),
  ];
  return {
    rows,
    comparison: comparison && comparisonViewOf(comparison),
    notice:
      deployment && !deployment.own
        ? localize('{0} is deployed by nobody here: it came with the repository and is not served.', deployment.version)
        : null,
  };
}

function comingRow({ job, base, startedAt }: ComingModel): ModelRow {
  return {
    version: localize('next'),
    model: '',
    serves: localize('In training'),
    icon: 'live',
    base,
    data: localize('job {0}', job),
    ...noFigures(),
    since: startedAt,
    lineage: [],
    actions: [{ action: 'show-job', label: localize('Show job') }],
  };
}

const noFigures = (): Pick<ModelRow, 'landed' | 'cost' | 'retries'> => {
  return { landed: localize('no data yet'), cost: null, retries: localize('no data yet') };
};

function versionRow(version: Version, figures: ModelsFigures): ModelRow {
  const { version: name, model, base, job, madeAt } = version;
  const deployed = figures.deployment?.version === name ? figures.deployment : null;
  const last = figures.history.findLast((deed) => deed.version === name);
  return {
    version: name,
    model,
    ...standing(deployed, last),
    base: base ?? localize('not known'),
    data: job === null ? localize('trained elsewhere') : localize('job {0}', figures.jobs.get(job) ?? job),
    ...figuresOf(figures.served.find((served) => served.model === model)),
    since: last?.at ?? madeAt,
    lineage: lineageOf(version, last),
    actions: actionsOf(deployed),
  };
}

function standing(deployed: Deployment | null, last: Deed | undefined): Pick<ModelRow, 'serves' | 'icon'> {
  if (deployed && !deployed.own) return { serves: localize('Not served'), icon: 'warning' };
  if (deployed) return servesText(deployed);
  if (last?.deed === 'rolled-back') return { serves: localize('Rolled back'), icon: 'stopped' };
  return last ? { serves: localize('Replaced'), icon: 'none' } : { serves: localize('Not deployed'), icon: 'none' };
}

function servesText({ rollout }: Deployment): Pick<ModelRow, 'serves' | 'icon'> {
  switch (rollout.type) {
    case 'immediate':
      return { serves: localize('Every phase'), icon: 'good' };
    case 'gradual':
      return { serves: localize('Gradual, {0} %', percent(rollout.share)), icon: 'play' };
    case 'test':
      return { serves: localize('Test: where it is named'), icon: 'play' };
  }
}

const percent = (share: number) => Math.round(share * 1000) / 10;

function figuresOf(served: ServedFigures | undefined): Pick<ModelRow, 'landed' | 'cost' | 'retries'> {
  if (!served || served.phases === 0) return noFigures();
  const { phases, landed, costMicros, costLabel, retries } = served;
  return {
    landed: rateText({ hits: landed, of: phases }),
    cost: landed === 0 ? null : amountOf({ micros: Math.ceil(costMicros / landed), label: costLabel }),
    retries: (retries / phases).toFixed(2),
  };
}

function lineageOf(version: Version, last: Deed | undefined): [string, string][] {
  const { model, dataset, checkpoints, trainedTokens, shutdownDate, note } = version;
  const facts: readonly (readonly [string, string | null])[] = [
    [localize('Model'), model],
    [
      localize('Data'),
      dataset && localize('dataset {0}, {1} % held out', dataset.manifestSha256.slice(0, 8), percent(dataset.heldOut)),
    ],
    [localize('Trained on'), trainedTokens === null ? null : localize('{0} tokens', wholeNumber(trainedTokens))],
    [localize('Checkpoints'), checkpoints.length === 0 ? null : checkpoints.join(', ')],
    [localize('Its provider ends it'), shutdownDate?.slice(0, 10) ?? null],
    [localize('Note'), note],
    [last?.deed === 'rolled-back' ? localize('Rolled back') : localize('Deployed'), last?.reason ?? null],
    [localize('Gate'), last?.forced ? localize('deployed although the gate did not pass') : null],
  ];
  return facts.flatMap(([name, value]): [string, string][] => (value === null ? [] : [[name, value]]));
}

function actionsOf(deployed: Deployment | null): ModelRow['actions'] {
  const rollBack = { action: 'roll-back', label: localize('Roll back') } as const;
  if (deployed === null || !deployed.own) return [{ action: 'deploy', label: localize('Deploy…') }];
  if (deployed.rollout.type === 'immediate') return [rollBack];
  return [{ action: 'deploy', label: localize('Deploy to all…') }, rollBack];
}

/** What the deployed version takes the place of, where that is no version itself. */
function baselineRow({ deployment, versions, served }: ModelsFigures): ModelRow[] {
  if (!deployment?.own || versions.some(({ model }) => model === deployment.baseline)) return [];
  const { baseline, rollout } = deployment;
  const share =
    rollout.type === 'gradual' ? localize('Baseline, {0} %', percent(1 - rollout.share)) : localize('Baseline');
  return [
    {
      version: baseline.slice(baseline.indexOf('/') + 1),
      model: baseline,
      serves: rollout.type === 'immediate' ? localize('Replaced') : share,
      icon: rollout.type === 'immediate' ? 'none' : 'good',
      base: '',
      data: '',
      ...figuresOf(served.find(({ model }) => model === baseline)),
      since: null,
      lineage: [[localize('Model'), baseline]],
      actions: [],
    },
  ];
}
