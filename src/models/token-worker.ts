/** A thread of its own that counts tokens: building the table and counting a long prompt would hold up an editor. */
import { parentPort } from 'node:worker_threads';
import { tokensOf } from './count-tokens.ts';
import type { CountReply, CountRequest } from './token-thread.ts';

parentPort?.on('message', ({ id, texts, exact }: CountRequest) => {
  const reply: CountReply = { id, counts: texts.map((text) => tokensOf(text, exact)) };
  parentPort?.postMessage(reply);
});
