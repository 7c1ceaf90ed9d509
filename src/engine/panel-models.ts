import { EngineError } from '../domain/engine-error.ts';
import type { PhaseSpec } from '../domain/spec.ts';
import type { RunContext } from './context.ts';
import type { PanelModels } from './ports/auditor.ts';
import type { Models } from './ports/chat.ts';

/**
 * The models that may review a phase: the Auditor's own, then those the configuration names for the panel, then those of
 * other roles that judge. The Builder's comes last: it knows its own mistakes least.
 */
export function panelModels(
  { models, config }: Pick<RunContext, 'models'> & Pick<RunContext['parts'], 'config'>,
  spec: Pick<PhaseSpec, 'auditor'>,
): PanelModels {
  const own = models.for('auditor', spec.auditor.model).id;
  const { aggregator, judge } = config.models.roles;
  const builder = builderOf(models);
  const others = [...config.auditor.models, aggregator, judge, builder];
  return {
    ids: [...new Set([own, ...others.filter((id) => id !== undefined && id !== null)])],
    builder,
    auditor: (id) => models.for('auditor', id),
    aggregator: () => models.for('aggregator'),
  };
}

/** Null where there is none: auditing alone needs no Builder. */
function builderOf(models: Models): string | null {
  try {
    return models.for('builder').id;
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  }
}
