import { createInterface } from 'node:readline/promises';
import { EngineError } from '../domain/engine-error.ts';

export interface AskStreams {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Questions go here: standard output may be read by a program. */
  readonly output: NodeJS.WritableStream;
}

/**
 * Asks a person whether to go on; anything but yes is no.
 *
 * @returns null where nobody can be asked, because standard input is no terminal
 */
export async function askYesNo(question: string, streams: AskStreams, signal: AbortSignal): Promise<boolean | null> {
  if (!streams.input.isTTY) return null;
  const lines = createInterface({ ...streams, terminal: false });
  // The end of the input is an answer too.
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (signal.aborted) throw new EngineError({ code: 'interrupted' }, error);
    throw error;
  } finally {
    lines.close();
  }
}
