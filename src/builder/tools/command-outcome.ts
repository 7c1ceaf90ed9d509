import type { CommandOutcome } from './tool.ts';

/** How a command ended and what it printed, for the model. */
export function trimmedOutcome({ exitCode, timedOut, output }: CommandOutcome): string {
  const ended = timedOut ? 'stopped: out of time' : exitCode === null ? 'was killed' : `exit code ${exitCode}`;
  return `${ended}\n${output.trim()}`.trim();
}
