import type { ChatRequest } from '../engine/ports/chat.ts';
import { TokenThread } from './token-thread.ts';
import { tokenWorkerFile } from './token-worker-file.ts';
import { type Frame, schemaInWords } from './wire.ts';

/** Tokens of each text, never fewer than the model will count. */
export type TokenCounter = (texts: readonly string[]) => Promise<readonly number[]>;

/** What a chat template puts around each message, and what providers put before all of them. */
const perMessage = 8;
const perRequest = 64;

/** Names of models that count with the o200k table. */
const o200kFamily = /^(?:gpt-(?:4o|4\.[15]|5|oss)|o[134](?:-|$)|chatgpt-4o|codex-)/;

/** One for the whole process: its table takes memory, and is the same for every model. */
let thread: TokenThread | null = null;

function startedThread(): TokenThread {
  thread ??= new TokenThread(tokenWorkerFile);
  return thread;
}

/** Begins to build the table aside, so that the first call of a run need not wait for it. */
export function warmTokenCounter(): void {
  startedThread();
}

/** The counter for a model: exact for the families whose table is known, else an upper bound. */
export function counterFor(model: string): TokenCounter {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  const exact = o200kFamily.test(name);
  return (texts) => startedThread().count(texts, exact);
}

/** Input tokens of a request at most. */
export async function countInput(counter: TokenCounter, frame: Frame, schema: ChatRequest['schema']): Promise<number> {
  const texts = [frame.system, ...frame.messages.map(({ text }) => text)];
  const counts = await counter(schema ? [...texts, schemaInWords(schema)] : texts);
  const asked = schema ? Math.ceil((counts.at(-1) ?? 0) * 1.5) : 0;
  const said = counts.slice(0, texts.length).reduce((sum, count) => sum + count + perMessage, 0);
  return said + asked + perRequest;
}
