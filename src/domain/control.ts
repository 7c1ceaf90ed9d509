import { z } from 'zod';

export const controls = ['pause', 'resume', 'stop', 'skip', 'retry'] as const;
export const controlSchema = z.enum(controls);
/** What a person may ask of a run that is under way. */
export type Control = z.infer<typeof controlSchema>;

export interface ControlRequest {
  readonly type: Control;
  /** The phase that is meant; null for the whole run (for `skip`: the phases that are at work now). */
  readonly phaseId: string | null;
  /** In the words of whoever asks; null where none were given. */
  readonly reason: string | null;
}

const done: Readonly<Record<Control, string>> = {
  pause: 'Paused',
  resume: 'Resumed',
  stop: 'Stopped',
  skip: 'Skipped',
  retry: 'Tried again',
};

/** Such as `Paused: the office closes.` */
export function describeControl({ type, reason }: Pick<ControlRequest, 'type' | 'reason'>): string {
  return reason ? `${done[type]}: ${reason}` : `${done[type]} by you.`;
}
