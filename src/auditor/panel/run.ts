import { type Answer, askSeat, type Question } from './ask.ts';
import type { Seat } from './choose.ts';

/** Reviewers that are asked at once; more wait for a place. */
const atOnce = 4;

/**
 * Asks every seat, in parallel, and gives the answers in their order. Where one makes the phase stop, the others are
 * called off, and all have ended when it throws.
 */
export async function askPanel(
  seats: readonly Seat[],
  question: Question,
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  const calledOff = new AbortController();
  const both = AbortSignal.any([signal, calledOff.signal]);
  const answers: Answer[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const work = async () => {
    for (let at = next++; at < seats.length && failures.length === 0; at = next++) {
      try {
        answers[at] = await askSeat(seats[at] as Seat, question, both);
      } catch (error) {
        failures.push(error);
        calledOff.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, seats.length) }, work));
  // The first is why the others were called off.
  if (failures.length > 0) throw failures[0];
  return answers;
}
