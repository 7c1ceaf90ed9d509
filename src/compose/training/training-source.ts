/** Trajectories of the ledger as training takes them: collected, filtered, and as often as they are needed. */
import type { Workspace } from '../../compose.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { collect } from '../../training/collect.ts';
import type { LeftOut } from '../../training/left-out.ts';
import { detectLicence, type FoundLicence, licenceDoubt, licenceFiles } from '../../training/licence.ts';
import type { Trajectory } from '../../training/trajectory.ts';

export interface SourceRule {
  /** ISO 8601: runs that started at this moment or later, and before that one. */
  readonly since?: string;
  readonly until?: string;
  readonly recorded: boolean;
  readonly licence: FoundLicence | null;
  /** SPDX licences that may go in; empty for any. */
  readonly licences: readonly string[];
  /** As `CollectRule` has it. */
  readonly survival?: (commit: string) => number | null;
  /** Only these, by id; all where it is absent. */
  readonly chosen?: ReadonlySet<string>;
}

/** Groups of attempts at one phase spec, one at a time. Not to be read while something is written to the ledger. */
export function* readTrajectoryGroups(
  { ledger }: Pick<Workspace, 'ledger'>,
  rule: SourceRule,
  leftOut: LeftOut,
): Generator<readonly Trajectory[]> {
  const { since, until, recorded, survival, chosen } = rule;
  const window = { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
  const collecting = { recorded, ...(survival ? { survival } : {}) };
  const licensing = { repository: rule.licence?.licence ?? null, allowed: rule.licences };
  for (const phases of ledger.trainingGroups(window)) {
    const group = collect(phases, collecting, leftOut).filter((trajectory) => {
      const doubt = licenceDoubt(trajectory, licensing);
      if (doubt !== null) leftOut.count(doubt);
      else if (chosen && !chosen.has(trajectory.id)) leftOut.count('older than those that were asked for');
      return doubt === null && (!chosen || chosen.has(trajectory.id));
    });
    if (group.length > 0) yield group;
  }
}

/** Ids of the newest trajectories, so many. Memory is bounded by their number. */
export function newestOf(groups: Iterable<readonly Trajectory[]>, most: number): ReadonlySet<string> {
  let newest: { readonly id: string; readonly at: string }[] = [];
  const shrink = () => {
    newest.sort((a, b) => (a.at === b.at ? (a.id < b.id ? -1 : 1) : a.at < b.at ? 1 : -1));
    newest = newest.slice(0, most);
  };
  for (const group of groups) {
    newest.push(...group.map(({ id, startedAt }) => ({ id, at: startedAt })));
    if (newest.length > 2 * most + 1000) shrink();
  }
  shrink();
  return new Set(newest.map(({ id }) => id));
}

/** The repository's licence: as the configuration declares it, else as the files of HEAD say it. */
export async function licenceOf({
  repository,
  config,
}: Pick<Workspace, 'repository' | 'config'>): Promise<FoundLicence | null> {
  const declared = config.config.training.licence;
  if (declared !== undefined) return { licence: declared, from: 'declared' };
  const head = await headOrNull(repository);
  return head === null ? null : detectLicence(await repository.tree(head).read([...licenceFiles]));
}

async function headOrNull(repository: Workspace['repository']): Promise<string | null> {
  try {
    return (await repository.head()).commit;
  } catch (error) {
    if (error instanceof EngineError && error.fault.code === 'repository/no-commit') return null;
    throw error;
  }
}
