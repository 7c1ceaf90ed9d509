import type { Workspace } from '../compose.ts';
import type { RunReport } from '../domain/report.ts';
import type { RunRecord } from '../domain/run.ts';
import { reportOf } from '../engine/report.ts';
import { incidentOf } from './incidents.ts';

/** What a run came to, by what the ledger has of it. */
export function reportRun(
  { ledger, repository, config }: Pick<Workspace, 'ledger' | 'repository' | 'config'>,
  run: RunRecord,
): RunReport {
  return reportOf({
    run,
    events: ledger.events(run.id),
    calls: ledger.calls({ runId: run.id, texts: false }),
    limits: run.plan.strategy?.limits ?? config.config.limits,
    backlog: ledger.backlogChanges(run.id),
    incidentOf: (phaseId) => incidentOf(repository.stateDirectory, run.id, phaseId),
  });
}
