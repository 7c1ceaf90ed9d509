/** Another plan for what remains of a run: asked for, shown as a difference of its file, written only once accepted. */
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Workspace } from '../../compose.ts';
import { readAs } from '../../config/located-yaml.ts';
import { rewritePlan } from '../../config/rewrite-plan.ts';
import { writePlan } from '../../config/write-plan.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { RunRecord } from '../../domain/run.ts';
import { planFileSchema } from '../../domain/spec.ts';
import { continuationOf } from '../../engine/continue-run.ts';
import { whyNotReplannable } from '../../engine/replannable.ts';
import { formatPatch } from '../../patch/format-patch.ts';
import { mergedPlan } from '../../planner/merge-plan.ts';
import type { Planned } from '../../planner/planner.ts';
import type { Remains } from '../../planner/remains.ts';
import { forgetProposal, keepProposal, keptProposal } from '../kept-proposals.ts';
import { askForPlan, remarksOf, withBase } from './ask-for-plan.ts';
import { type PlanOfRun, planOf } from './plan-of-run.ts';
import { evidenceOf } from './replan-evidence.ts';

/** Another plan that waits for a person. Nothing is written yet. */
export interface PlanProposal extends Pick<Planned, 'warnings' | 'questions'> {
  readonly runId: string;
  /** The plan's file; null where the run had none, and a new one will be written. */
  readonly file: string | null;
  readonly before: string;
  readonly after: string;
  /** From `before` to `after`, as a unified diff. */
  readonly diff: string;
}

/** Whether another plan may be asked for: only after a failure. */
export function mayReplan({ ledger }: Pick<Workspace, 'ledger'>, run: RunRecord): boolean {
  return whyNotReplannable(run, ledger.isRunLive(run.id)) === null;
}

/** Throws `run/not-replannable`, and what planning throws. Takes the place of a proposal that waited. */
export async function proposePlan(workspace: Workspace, run: RunRecord, signal: AbortSignal): Promise<PlanProposal> {
  const { repository, ledger } = workspace;
  const { stateDirectory } = repository;
  const refusal = whyNotReplannable(run, ledger.isRunLive(run.id));
  if (refusal !== null) throw new EngineError({ code: 'run/not-replannable', run: run.id, detail: refusal });
  const old = await planOf(repository.root, run);
  const { id, goal, autonomy, budget } = run.plan;
  const whole = { id, goal, autonomy, budget, landingBranch: null, tiers: old.read.tiers, continues: run.id };
  const going = await continuationOf(whole, { repository, store: ledger }, run.plan.landingBranch);
  const open = new Set(going.plan.tiers.flatMap(({ phases }) => phases.map((phase) => phase.id)));
  const remains = remainsOf(workspace, run, old, open);
  const commit = going.from?.commit ?? (await repository.head()).commit;
  const title = `Plan what remains of ${run.id}: ${run.plan.goal}`;
  const question = { goal: old.source.goal, title, commit, file: old.file ?? '.countersign/plans', remains };
  const planned = await askForPlan(workspace, question, signal);
  const kept = new Set(remains.open.map(({ spec }) => spec));
  const rest = withBase(planned.plan, commit, (phase) => kept.has(phase));
  const landed = new Set(remains.landed.map(({ spec }) => spec.id));
  const plan = mergedPlan(old, landed, rest, run.id);
  const isJson = old.file?.endsWith('.json') ?? false;
  const after = rewritePlan({ ...old, plan, remarks: remarksOf(planned), isJson });
  const { warnings, questions } = planned;
  await keepProposal(stateDirectory, {
    runId: run.id,
    before: old.text,
    after,
    warnings: [...warnings],
    questions: [...questions],
  });
  return proposalOf(run, old, after, planned);
}

/** The proposal that waits for a run. Throws `plan/no-proposal`, `plan/changed`. */
export async function waitingProposal(workspace: Workspace, run: RunRecord): Promise<PlanProposal> {
  const kept = await keptProposal(workspace.repository.stateDirectory, run.id);
  const old = await planOf(workspace.repository.root, run);
  if (old.text !== kept.before) throw new EngineError({ code: 'plan/changed', file: old.file ?? run.plan.id });
  return proposalOf(run, old, kept.after, kept);
}

/** Writes the plan that waits to its file, or to a new one where the run had none; resolves to the path. */
export async function acceptProposal(workspace: Workspace, run: RunRecord): Promise<string> {
  const { root } = workspace.repository;
  const { after } = await waitingProposal(workspace, run);
  const old = await planOf(workspace.repository.root, run);
  const read = readAs(planFileSchema, after, old.file ?? run.plan.id);
  // A state directory may arrive with a repository: what is written is a plan that goes on from this very run.
  if (!read.ok || read.value.value.continues !== run.id) {
    throw new EngineError({ code: 'plan/no-proposal', run: run.id });
  }
  const file = old.file === null ? await writePlan(root, read.value.value, after, null) : path.join(root, old.file);
  if (old.file !== null) {
    const partial = `${file}.${process.pid}`;
    await writeFile(partial, after, { flag: 'wx' });
    await rename(partial, file);
  }
  await discardProposal(workspace, run);
  return file;
}

/** Forgets the proposal that waits, if there is one. */
export async function discardProposal({ repository }: Workspace, run: RunRecord): Promise<void> {
  await forgetProposal(repository.stateDirectory, run.id);
}

function remainsOf({ ledger }: Workspace, run: RunRecord, old: PlanOfRun, open: ReadonlySet<string>): Remains {
  const specs = old.read.tiers.flatMap(({ phases }) => phases);
  const commits = new Map(
    ledger
      .landings()
      .filter(({ rolledBack }) => rolledBack === null)
      .map(({ phaseId, landing }) => [phaseId, landing.commit] as const)
      .reverse(),
  );
  const records = new Map(run.phases.map((phase) => [phase.id, phase]));
  return {
    id: old.source.id,
    landed: specs.filter(({ id }) => !open.has(id)).map((spec) => ({ spec, commit: commits.get(spec.id) ?? '' })),
    open: specs
      .filter(({ id }) => open.has(id))
      .map((spec) => {
        const record = records.get(spec.id);
        return { spec, state: record?.state ?? 'queued', evidence: record ? evidenceOf(record) : '' };
      }),
  };
}

function proposalOf(
  { id }: RunRecord,
  { file, text: before }: PlanOfRun,
  after: string,
  { warnings, questions }: Pick<Planned, 'warnings' | 'questions'>,
): PlanProposal {
  const name = file ?? `${id}.yaml`;
  const change = { path: name, before, after, mode: '100644', renamedFrom: null } as const;
  return { runId: id, file, before, after, diff: formatPatch([change]), warnings, questions };
}
