import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

interface RecordedReply {
  readonly role: string;
  readonly phase: string;
  readonly attempt: number;
  readonly reply: string;
}

/** What the example's cassette answers a role for a phase's attempt, for models that play it in another way. */
export function recordedReply(example: string, role: string, phase: string, attempt = 1): string {
  const { replies }: { replies: readonly RecordedReply[] } = parse(
    readFileSync(join(example, '.countersign', 'recorded.yaml'), 'utf8'),
  );
  const found = replies.find((entry) => entry.role === role && entry.phase === phase && entry.attempt === attempt);
  if (!found) throw new Error(`The example has no recorded reply of ${role} for ${phase}, attempt ${attempt}.`);
  return found.reply;
}
