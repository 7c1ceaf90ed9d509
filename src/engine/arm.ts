import { createHash } from 'node:crypto';
import { type ArmName, type Deployment, percent } from '../domain/deployment.ts';
import { describeFault } from '../domain/describe-fault.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { EventDraft } from '../domain/event.ts';
import type { FrozenPlan } from '../domain/run.ts';
import type { PhaseSpec } from '../domain/spec.ts';
import type { Deployments } from './ports/run.ts';
import type { Selection } from './selection.ts';

export interface ServedArm {
  readonly arm: ArmName;
  /** In words, without a full stop. */
  readonly reason: string;
}

/**
 * Which arm serves a phase. The same phase gets the same arm in every process, run and attempt: the choice is a hash of
 * the version and the phase, not a throw of dice.
 */
export function armOf({ version, rollout, retiresAt }: Deployment, phase: string, now: Date): ServedArm {
  if (retiresAt !== null && now.getTime() >= Date.parse(retiresAt)) {
    return { arm: 'baseline', reason: `${version} was retired on ${retiresAt.slice(0, 10)}` };
  }
  switch (rollout.type) {
    case 'immediate':
      return { arm: 'candidate', reason: `${version} is deployed` };
    case 'test':
      return { arm: 'baseline', reason: `${version} serves only where it is named` };
    case 'gradual': {
      const share = percent(rollout.share);
      return position(version, phase) < rollout.share
        ? { arm: 'candidate', reason: `${version} serves ${share} of the phases, this one among them` }
        : { arm: 'baseline', reason: `${version} serves ${share} of the phases, not this one` };
    }
  }
}

/** 0 to 1, evenly spread. */
function position(version: string, phase: string): number {
  return createHash('sha256').update(`${version}\0${phase}`).digest().readUInt32BE(0) / 2 ** 32;
}

/** What makes a phase the same one again: its name and what it is to do, whatever its budget is now. */
export function phaseKeyOf({ id, goal }: Pick<PhaseSpec, 'id' | 'goal'>): string {
  return `${id}\0${goal}`;
}

/** A deployment as it bears on one phase. */
export interface Serving {
  readonly deployment: Deployment;
  readonly served: ServedArm;
  /** `PROVIDER/MODEL` that the Builder is where nothing else is chosen. */
  readonly builder: string;
}

/**
 * Puts the candidate in the baseline's place where the phase is on the candidate's arm; nothing else of the choice
 * changes. A model that the spec names stays, and takes part only in a test.
 */
export function serve(selection: Selection, { deployment, served, builder }: Serving): Selection {
  const { version, model, baseline, rollout } = deployment;
  const chosen = selection.model ?? builder;
  const withArm = (arm: ArmName, of: string): Selection => ({
    ...selection,
    facts: { ...selection.facts, arm: { arm, version, model: of } },
  });
  if (selection.facts.rule === 'spec') {
    return rollout.type === 'test' && chosen === model ? withArm('candidate', model) : selection;
  }
  if (chosen !== baseline) return selection;
  if (served.arm === 'baseline') return withArm('baseline', baseline);
  return { ...withArm('candidate', model), model, reason: `${selection.reason}; ${served.reason}` };
}

/** The plan with its deployment where the user made that; without it where only a store says so. */
export async function withOwnDeployment(plan: FrozenPlan, deployments: Deployments): Promise<FrozenPlan> {
  const { deployment, ...rest } = plan;
  return !deployment || (await deployments.isOwn(deployment)) ? plan : rest;
}

/** Takes back what does worse than it may; the event that tells of it, null for nothing. A run never fails for that. */
export async function deploymentNews(deployments: Deployments): Promise<EventDraft | null> {
  try {
    const ended = await deployments.review();
    return ended && { type: 'deployment-end', stage: 'ACK', deployment: ended };
  } catch (error) {
    if (!(error instanceof EngineError) || error.fault.code === 'interrupted') throw error;
    const { message, remedy } = describeFault(error.fault);
    const told = `The deployed model version could not be looked at: ${message} ${remedy}`;
    return { type: 'notice', stage: 'ERROR', level: 'warning', message: told };
  }
}
