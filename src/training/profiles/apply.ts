import type { LeftOut } from '../left-out.ts';
import type { Trajectory, TrajectoryStep } from '../trajectory.ts';
import type { Place, Profile, ProfileFacts } from './profile.ts';

/** A reply in its new form, with what its profile finds wrong with it all the same. */
export interface Formed {
  readonly reply: string;
  readonly problems: readonly string[];
}

/** Gives replies their form, here or in a process of its own. Rejects with `training/profile-failed`. */
export interface ProfileRunner {
  readonly facts: ProfileFacts;
  form(replies: readonly { readonly reply: string; readonly place: Place }[]): Promise<readonly Formed[]>;
  close(): Promise<void>;
}

export function runnerOf(profile: Profile): ProfileRunner {
  const { transform, validate, ...facts } = profile;
  return {
    facts,
    async form(replies) {
      return replies.map(({ reply, place }) => {
        const formed = transform(reply, place);
        return { reply: formed, problems: validate(formed) };
      });
    },
    async close() {},
  };
}

/** Puts the final replies of one group after another into the form of a profile. Indexes go on from group to group. */
export function createFormer(
  runner: ProfileRunner,
  seed: string,
  leftOut: LeftOut,
): (group: readonly Trajectory[]) => Promise<readonly Trajectory[]> {
  let next = 0;
  return async (group) => {
    const asked = group.map(({ steps }) => ({ reply: lastOf(steps).reply, place: { index: next++, seed } }));
    const formed = await runner.form(asked);
    return group.flatMap((trajectory, at) => {
      const { reply, problems } = formed[at] as Formed;
      const [problem] = problems;
      if (problem === undefined) return [withReply(trajectory, reply, runner.facts.systemPrompt)];
      leftOut.count(`profile ${runner.facts.name}: ${problem}`);
      return [];
    });
  };
}

function withReply(trajectory: Trajectory, reply: string, prompt: string | null): Trajectory {
  const steps = trajectory.steps.map((step, at) => ({
    ...step,
    system: withPrompt(step.system, prompt),
    reply: at === trajectory.steps.length - 1 ? reply : step.reply,
  }));
  const [first, ...rest] = steps as [TrajectoryStep, ...TrajectoryStep[]];
  return { ...trajectory, steps: [first, ...rest] };
}

function withPrompt(system: string, prompt: string | null): string {
  if (prompt === null || system.endsWith(prompt)) return system;
  return system === '' ? prompt : `${system}\n\n${prompt}`;
}

function lastOf(steps: Trajectory['steps']): TrajectoryStep {
  return steps.at(-1) ?? steps[0];
}
