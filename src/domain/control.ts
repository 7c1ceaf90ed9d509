import { z } from 'zod';
import { inEnglish, type Localize } from './localize.ts';

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

function doneWords(type: Control, localize: Localize): string {
  switch (type) {
    case 'pause':
      return localize('Paused');
    case 'resume':
      return localize('Resumed');
    case 'stop':
      return localize('Stopped');
    case 'skip':
      return localize('Skipped');
    case 'retry':
      return localize('Tried again');
  }
}

/** Such as `Paused: the office closes.` */
export function describeControl(
  { type, reason }: Pick<ControlRequest, 'type' | 'reason'>,
  localize: Localize = inEnglish,
): string {
  const done = doneWords(type, localize);
  return reason ? `${done}: ${reason}` : localize`${done} by you.`;
}
