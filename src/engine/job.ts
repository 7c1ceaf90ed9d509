import { describeFault } from '../domain/describe-fault.ts';
import { faultOf } from '../domain/engine-error.ts';
import { exitCodeOf, exitCodes } from '../domain/exit-code.ts';
import type { FrozenPlan } from '../domain/run.ts';
import type { RunContext } from './context.ts';
import type { ChatModel } from './ports/chat.ts';
import type { AttemptScope, Emit } from './ports/run.ts';
import { setCaps } from './run-plan.ts';

/**
 * Work that calls models but belongs to no phase of a plan: making a plan, auditing what is there already. It is kept
 * as a run without phases, so that its calls are capped, counted and shown like all others.
 */
export interface Job {
  /** Stands for the phase in the calls' scope, such as `plan`. */
  readonly name: string;
  /** What it is for, in the user's words; the run's goal. */
  readonly goal: string;
}

export interface JobContext {
  readonly runId: string;
  readonly scope: AttemptScope;
  readonly emit: Emit;
  readonly models: RunContext['models'];
}

/** The plan of a run that has no phases. */
export function planOfJob({ name, goal }: Job): FrozenPlan {
  return {
    id: name,
    goal,
    autonomy: 'review',
    landingBranch: 'current',
    budget: {},
    landsOn: '',
    mergesInto: null,
    tiers: [],
  };
}

/**
 * Does the work between a `run-start` and exactly one `run-end`, within the caps of a run and a day. `shown` names the
 * model in `run-start`. Whatever the work throws is thrown on, after it was kept.
 */
export async function runJob<Outcome>(
  context: RunContext,
  job: Job,
  shown: ChatModel,
  work: (context: JobContext) => Promise<Outcome>,
): Promise<Outcome> {
  const { emit, plan, models, runId } = context;
  setCaps(context);
  const named = { builder: shown.id, auditor: shown.id };
  await emit({ type: 'run-start', stage: 'ACK', plan, models: named, recorded: shown.recorded, resumed: false });
  try {
    const scope = { runId, tierId: null, phaseId: job.name, attempt: 1 };
    const outcome = await work({ runId, scope, emit, models });
    await emit({
      type: 'run-end',
      stage: 'COMPLETE',
      outcome: 'done',
      exitCode: exitCodes.done,
      reason: null,
      phases: [],
    });
    return outcome;
  } catch (error) {
    const fault = faultOf(error);
    const outcome = fault.code === 'interrupted' ? 'cancelled' : 'failed';
    const { message: reason } = describeFault(fault);
    await emit({ type: 'run-end', stage: 'ERROR', outcome, exitCode: exitCodeOf(fault), reason, phases: [] });
    throw error;
  }
}
