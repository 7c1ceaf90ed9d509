import { z } from 'zod';

/** Something that came out otherwise than it did when the run was made. */
export const replayDifferenceSchema = z.object({
  phaseId: z.string(),
  /** From 1; 0 where the phase as a whole is meant. */
  attempt: z.int().nonnegative(),
  kind: z.enum(['model', 'prompt', 'patch', 'check', 'verdict', 'outcome']),
  /** Which one: the role that was asked, the command that was run. */
  about: z.string(),
  /** Of long texts the first line that differs, with its number. */
  recorded: z.string(),
  replayed: z.string(),
});
export type ReplayDifference = z.infer<typeof replayDifferenceSchema>;

/** A reply that cannot be played back: with it ends what can be said of its phase. */
export const notReplayableSchema = z.object({
  phaseId: z.string(),
  attempt: z.int().nonnegative(),
  about: z.string(),
  why: z.enum(['redacted', 'not-kept', 'no-reply', 'base-gone']),
});
export type NotReplayable = z.infer<typeof notReplayableSchema>;

/** What a replay showed. */
export const replaySummarySchema = z.object({
  result: z.enum(['identical', 'differs', 'not-replayable']),
  /** How many kept replies were played back. */
  replies: z.int().nonnegative(),
  /** In the order of the plan, and within a phase in the order they came up: the first one leads to the rest. */
  differences: z.array(replayDifferenceSchema),
  notReplayable: z.array(notReplayableSchema),
});
export type ReplaySummary = z.infer<typeof replaySummarySchema>;

const whyNot: Readonly<Record<NotReplayable['why'], string>> = {
  redacted: 'secrets were taken out of its reply, so it cannot be played back',
  'not-kept': 'its prompt and reply are no longer kept',
  'no-reply': 'no reply to it was kept',
  'base-gone': 'the commit it was built on is gone',
};

function place({ phaseId, attempt }: { readonly phaseId: string; readonly attempt: number }): string {
  return attempt === 0 ? phaseId : `${phaseId}, attempt ${attempt}`;
}

export function describeDifference(difference: ReplayDifference): string {
  const { kind, about, recorded, replayed } = difference;
  return `${place(difference)}: the ${kind}${about ? ` of ${about}` : ''} differs\n  was  ${recorded}\n  is   ${replayed}`;
}

export function describeNotReplayable(gap: NotReplayable): string {
  return `${place(gap)}: ${gap.about ? `${gap.about}: ` : ''}${whyNot[gap.why]}`;
}
