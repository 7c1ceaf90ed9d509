/** Two models held against each other, by what they came to here. */
import type { Workspace } from '../../compose.ts';
import type { Deployment } from '../../domain/deployment.ts';
import { type ArmComparison, compareArms, type Gate } from '../../training/compare-arms.ts';
import { bothMeasured, openEvaluations } from '../../training/models/evaluations.ts';
import { openRegistry, type RegistryState } from '../../training/models/registry.ts';

export interface ComparedModels {
  /** `PROVIDER/MODEL`. */
  readonly baseline: string;
  readonly candidate: string;
  /**
   * Phases that each of them served. `arms`: chosen by hash while the candidate was served to a share, so that nothing
   * but the model differs; `history`: whatever each of them served at any time.
   */
  readonly live: ArmComparison & { readonly basis: 'arms' | 'history' };
  /** Held-out phases that both were measured on; null where there are none. */
  readonly evaluated: ArmComparison | null;
  /** Fails where either fails; passes where one passes and the other does not fail. */
  readonly gate: Gate & { readonly from: 'live' | 'evaluated' };
}

type Parts = Pick<Workspace, 'ledger' | 'repository'>;

export function compareModels({ ledger, repository }: Parts, baseline: string, candidate: string): ComparedModels {
  const { stateDirectory } = repository;
  const live = liveArms(ledger, openRegistry(stateDirectory).read(), baseline, candidate);
  const measured = bothMeasured(openEvaluations(stateDirectory).all(), baseline, candidate);
  const evaluated = measured.candidate.length > 0 ? compareArms(measured.baseline, measured.candidate) : null;
  return { baseline, candidate, live, evaluated, gate: gateOf(live, evaluated) };
}

function liveArms(
  ledger: Parts['ledger'],
  { history }: RegistryState,
  baseline: string,
  candidate: string,
): ComparedModels['live'] {
  const served = ledger.servedPhases({ models: [baseline, candidate] });
  const versions = new Set(
    history.filter((deed) => deed.model === candidate && deed.baseline === baseline).map(({ version }) => version),
  );
  const arms = served.filter(({ version, arm }) => arm !== null && version !== null && versions.has(version));
  const [a, b] = [arms.filter(({ arm }) => arm === 'baseline'), arms.filter(({ arm }) => arm === 'candidate')];
  // Arms stand side by side only while a version is served to a share.
  if (a.length > 0 && b.length > 0) return { ...compareArms(a, b), basis: 'arms' };
  const of = (model: string) => served.filter((phase) => phase.model === model);
  return { ...compareArms(of(baseline), of(candidate)), basis: 'history' };
}

function gateOf(live: ArmComparison, evaluated: ArmComparison | null): ComparedModels['gate'] {
  const ofLive = { ...live.gate, from: 'live' } as const;
  if (!evaluated) return ofLive;
  const ofEvaluated = { ...evaluated.gate, from: 'evaluated' } as const;
  if (live.gate.finding === 'fails') return ofLive;
  if (evaluated.gate.finding === 'fails') return ofEvaluated;
  return live.gate.finding === 'passes' ? ofLive : ofEvaluated;
}

/** Whether one may be deployed by its gate: a share is how an undecided one is found out, all phases are not. */
export function mayDeploy({ finding }: Gate, { type }: Deployment['rollout']): boolean {
  if (type === 'test') return true;
  return type === 'immediate' ? finding === 'passes' : finding !== 'fails';
}
