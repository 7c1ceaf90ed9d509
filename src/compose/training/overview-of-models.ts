/** Trained models with what each came to here. */
import type { Workspace } from '../../compose.ts';
import { type CostLabel, leastSure } from '../../domain/money.ts';
import { compareModels } from './compare-models.ts';
import { modelVersions } from './model-versions.ts';
import type { ModelsOverview, ServedModel } from './training-tasks.ts';

/** Throws `store/damaged`. */
export async function overviewOfModels(
  workspace: Pick<Workspace, 'ledger' | 'repository'>,
  environment: NodeJS.ProcessEnv,
): Promise<ModelsOverview> {
  const known = await modelVersions(workspace.repository.stateDirectory, environment);
  const pair = known.deployment ?? known.history.findLast(({ deed }) => deed === 'deployed') ?? null;
  const baselines = known.history.map(({ baseline }) => baseline);
  const models = [...new Set([...known.versions.map(({ model }) => model), ...baselines])];
  return {
    ...known,
    served: models.length === 0 ? [] : servedBy(workspace.ledger, models),
    compared: pair && compareModels(workspace, pair.baseline, pair.model),
  };
}

function servedBy(ledger: Workspace['ledger'], models: readonly string[]): readonly ServedModel[] {
  // A phase's cost is as sure as the calls of its model are, in general.
  const labels = new Map<string, CostLabel>(
    ledger.spend({ by: 'model' }).rows.map(({ key, costLabel }) => [key, costLabel]),
  );
  const all = ledger.servedPhases({ models });
  return models.map((model) => {
    const phases = all.filter((phase) => phase.model === model);
    const sum = (of: (phase: (typeof phases)[number]) => number) => phases.reduce((total, each) => total + of(each), 0);
    return {
      model,
      phases: phases.length,
      landed: phases.filter(({ landed }) => landed).length,
      costMicros: sum(({ costMicros }) => costMicros),
      costLabel: leastSure('computed', labels.get(model) ?? 'computed'),
      retries: sum(({ retries }) => retries),
    };
  });
}
