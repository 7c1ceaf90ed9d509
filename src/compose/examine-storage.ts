import { clearPrepared } from '../checks/prepared-store.ts';
import type { Workspace } from '../compose.ts';
import { diskUse } from '../git/remove-tree.ts';
import type { SetupFinding } from './examine-setup.ts';

/** How long `--clean` leaves a staged change that did not land. */
const keptDays = 30;
/** How many of the newest landings are looked for in the repository. */
const lookedFor = 200;

type Kept = Pick<Workspace, 'repository' | 'ledger'>;

/** What Countersign keeps on this disk, and whether it is whole. With `clean` it removes what nobody uses first. */
export async function examineStorage(kept: Kept, clean: boolean): Promise<readonly SetupFinding[]> {
  const { repository } = kept;
  const findings = clean ? await reclaim(kept) : [];
  const { worktrees, most, bytes, directory } = await repository.worktrees.use();
  findings.push(good('worktrees', `${worktrees} of at most ${most} in ${directory}, ${megabytes(bytes)}`));
  const prepared = await diskUse(repository.preparedDirectory);
  findings.push(good('dependencies', `${megabytes(prepared)} prepared in ${repository.preparedDirectory}`));
  findings.push(...(await examineState(kept)));
  return findings;
}

async function reclaim({ repository }: Kept): Promise<SetupFinding[]> {
  const before = await diskUse(repository.preparedDirectory);
  await clearPrepared(repository.preparedDirectory);
  const prepared = before - (await diskUse(repository.preparedDirectory));
  const freed = (await repository.worktrees.clean(0)) + (await repository.cleanAbandonedPools()) + prepared;
  const pruned = await repository.pruneStaged(keptDays);
  return [
    good('worktrees', `${megabytes(freed)} freed`),
    good('staged changes', `${pruned} older than ${keptDays} days let go`),
  ];
}

/** Refs and journals of the repository, and the commits that the history says landed and stand. */
async function examineState({ repository, ledger }: Kept): Promise<readonly SetupFinding[]> {
  const problems = [...(await repository.examineState())];
  for (const { landing, rolledBack, runId, phaseId } of ledger.landings({ limit: lookedFor })) {
    if (rolledBack !== null || (await repository.resolve(landing.commit))) continue;
    problems.push(`${runId}/${phaseId} landed as ${landing.commit}, which is not in the repository any more.`);
  }
  const remedy = 'Your files are not affected; look at it, then remove it where you do not need it.';
  if (problems.length === 0) return [good('state', `${repository.stateDirectory}, whole`)];
  return problems.map((message) => ({ about: 'state', state: 'warning', message, remedy }));
}

function good(about: string, message: string): SetupFinding {
  return { about, state: 'good', message, remedy: null };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
