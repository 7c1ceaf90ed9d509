import { type Disposable, l10n, TabInputTextDiff, Uri, window } from 'vscode';
import type { PlanProposal } from '../../compose/plans/replan-run.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { planScheme } from '../../manifest/context-keys.ts';
import { registerFlatFiles } from '../flat-files.ts';
import type { Session } from '../session.ts';

/** Serves another plan that waits for a person, read-only, beside the plan as it is. */
export function registerPlanFiles(session: Session): Disposable {
  const read = async (uri: Uri) => {
    const query = new URLSearchParams(uri.query);
    const proposal = await proposalOf(session, query.get('run') ?? '').catch(() => null);
    if (!proposal) return null;
    return new TextEncoder().encode(query.get('side') === 'before' ? proposal.before : proposal.after);
  };
  return registerFlatFiles(planScheme, { read }, l10n.t('Accept the plan, then edit its file.'));
}

/** Throws `run/not-found`, `plan/no-proposal`, `plan/changed`. */
async function proposalOf(session: Session, runId: string): Promise<PlanProposal> {
  const { waitingProposal } = await import('../../compose/plans/replan-run.ts');
  return session.use((opened) => {
    const run = opened.ledger.run(runId);
    if (run?.id !== runId) throw new EngineError({ code: 'run/not-found', selector: runId });
    return waitingProposal(opened, run);
  });
}

export function planUri({ runId, file }: Pick<PlanProposal, 'runId' | 'file'>, side: 'before' | 'after'): Uri {
  const query = new URLSearchParams({ run: runId, side }).toString();
  return Uri.from({ scheme: planScheme, path: `/${file ?? `${runId}.yaml`}`, query });
}

/** The run that a document of ours, or the one in front, proposes another plan of; null for any other. */
export function runOfPlan(argument: unknown): string | null {
  const uri = argument instanceof Uri ? argument : window.activeTextEditor?.document.uri;
  return uri?.scheme === planScheme ? new URLSearchParams(uri.query).get('run') : null;
}

/** Closes what shows a run's proposal. */
export async function closePlan(runId: string): Promise<void> {
  const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
  const ours = tabs.filter(({ input }) => input instanceof TabInputTextDiff && runOfPlan(input.modified) === runId);
  await window.tabGroups.close(ours);
}
