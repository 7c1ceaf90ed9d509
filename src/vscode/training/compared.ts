import type { ModelsOverview } from '../../compose/training/training-tasks.ts';
import type { ComparisonFigures } from '../../contract/training-comparison.ts';

/** The comparison that decides: what was served, or, where the gate looked there, what was measured. */
export function compared({ compared: pair, versions }: ModelsOverview): ComparisonFigures | null {
  if (!pair) return null;
  const nameOf = (id: string) => versions.find(({ model }) => model === id)?.version ?? id.slice(id.indexOf('/') + 1);
  const { live, evaluated, gate } = pair;
  const names = { candidate: nameOf(pair.candidate), baseline: nameOf(pair.baseline) };
  if (gate.from === 'evaluated' && evaluated) return { ...names, basis: 'evaluated', arms: evaluated };
  return { ...names, basis: live.basis, arms: live };
}
