import { describeFault } from '../domain/describe-fault.ts';
import { faultOf } from '../domain/engine-error.ts';
import type { Landing, Staged } from '../domain/proposal.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { titleOf } from '../domain/spec.ts';
import type { Because, Verdict } from '../domain/verdict.ts';
import { type Examined, examine } from './attempt.ts';
import { emitFor, type RunContext, throwIfAborted } from './context.ts';
import { evidenceNote } from './evidence-note.ts';
import { becauseOfMove } from './failure.ts';
import type { Task } from './ports/builder.ts';

/** Why an examined patch did not land after all. */
export type NotLanded =
  | { readonly type: 'fault'; readonly fault: Extract<Result<never>, { ok: false }>['fault'] }
  | { readonly type: 'review'; readonly reasons: readonly string[] }
  | { readonly type: 'revise'; readonly because: Because };

/** How often the branch may move under a landing before it is given up. */
const moveLimit = 5;

/**
 * Lands a staged patch. Where the branch moved since, the patch is put on the new head and its checks always run
 * again; the panel is asked again only where the diff came out different.
 */
export async function landStaged(
  context: RunContext,
  task: Task,
  start: { readonly staged: Staged; readonly examined: Examined },
  signedByPerson: boolean,
  signal: AbortSignal,
): Promise<Result<Landing, NotLanded>> {
  const { repository } = context.parts;
  const emit = emitFor(context, task.scope);
  let { staged, examined } = start;
  await emit({ type: 'phase-progress', stage: 'DISPATCH', state: 'landing' });
  for (let moves = 0; ; moves++) {
    throwIfAborted(signal);
    const landed = await repository.land(landRequest(context, task, staged, examined));
    if (landed.ok) {
      await emit({ type: 'phase-landed', stage: 'COMPLETE', landing: landed.value });
      await noteEvidence(context, task, { staged, examined }, landed.value.commit);
      return ok(landed.value);
    }
    if (landed.fault.code !== 'repository/moved' || moves === moveLimit)
      return fail({ type: 'fault', fault: landed.fault });
    const head = (await repository.resolve(context.plan.landsOn)) ?? staged.base;
    const moved = await repository.restage(task.scope, staged, head);
    if (!moved.ok) return fail({ type: 'revise', because: becauseOfMove(moved.fault) });
    const sameDiff = moved.value.patch === staged.patch;
    await emit({
      type: 'patch-staged',
      stage: 'COMPLETE',
      staged: moved.value,
      summary: 'The branch moved; put on its new head.',
    });
    examined = await examine(
      context,
      { ...task, base: head },
      moved.value,
      { signed: signedByPerson, audit: sameDiff ? examined.audit : null },
      signal,
    );
    staged = moved.value;
    const refused = stillLands(examined.verdict, signedByPerson && sameDiff);
    if (refused) return fail(refused);
  }
}

function stillLands(verdict: Verdict, signed: boolean): NotLanded | null {
  if (verdict.type === 'land' || (verdict.type === 'review' && signed)) return null;
  if (verdict.type === 'review') return { type: 'review', reasons: verdict.reasons };
  return { type: 'revise', because: verdict.because };
}

/** Puts the evidence beside the commit. The landing stands, whether or not that can be done. */
async function noteEvidence(
  context: RunContext,
  { spec, scope }: Task,
  { staged, examined }: { readonly staged: Staged; readonly examined: Examined },
  commit: string,
): Promise<void> {
  try {
    await context.parts.repository.annotate(commit, evidenceNote(context.runId, spec, staged, examined));
  } catch (error) {
    const { message } = describeFault(faultOf(error));
    const told = { type: 'notice', stage: 'ERROR', level: 'warning' } as const;
    await emitFor(context, scope)({ ...told, message: `The evidence is not noted at the commit: ${message}` });
  }
}

function landRequest(context: RunContext, { spec, scope }: Task, staged: Staged, { audit }: Examined) {
  const spend = context.parts.store.phase(scope.runId, scope.phaseId)?.spend;
  const cost = spend ? `${(spend.cost.micros / 1_000_000).toFixed(6)} USD (${spend.cost.label})` : 'unknown';
  const minors = audit.findings.length;
  const verdict = minors === 0 ? 'clean' : `${minors} minor ${minors === 1 ? 'finding' : 'findings'}`;
  const reviewers = audit.panel
    .filter(({ asked }) => asked !== false)
    .map(({ component, model }) => `${component}${model ? ` ${model}` : ''}`);
  return {
    scope,
    staged,
    branch: context.plan.landsOn,
    message: `${titleOf(spec)}\n\n${spec.goal}`,
    trailers: [
      ['Countersign-Run', context.runId],
      ['Countersign-Phase', spec.id],
      ['Countersign-Audit', [verdict, ...reviewers].join('; ')],
      ['Countersign-Cost', cost],
    ],
  } as const;
}
