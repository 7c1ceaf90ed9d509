import type { ReviewMaterial } from '../prompts.ts';
import { type Answer, askSeat, type Question } from './ask.ts';
import type { Seat } from './choose.ts';

/** Reviewers that are asked at once; more wait for a place. */
const atOnce = 4;

/**
 * Asks every seat about every part of a change, in parallel, and gives the answers in their order, seat by seat. Where
 * one makes the phase stop, the others are called off, and all have ended when it throws.
 */
export async function askPanel(
  seats: readonly Seat[],
  parts: readonly ReviewMaterial[],
  question: Omit<Question, 'material'>,
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  const asked = seats.flatMap((seat) => parts.map((material) => ({ seat, material })));
  const calledOff = new AbortController();
  const both = AbortSignal.any([signal, calledOff.signal]);
  const answers: Answer[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const work = async () => {
    for (let at = next++; at < asked.length && failures.length === 0; at = next++) {
      const { seat, material } = asked[at] as (typeof asked)[number];
      try {
        answers[at] = await askSeat(seat, { ...question, material }, both);
      } catch (error) {
        failures.push(error);
        calledOff.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, asked.length) }, work));
  // The first is why the others were called off.
  if (failures.length > 0) throw failures[0];
  return answers;
}
