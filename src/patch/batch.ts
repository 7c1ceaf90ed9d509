import { z } from 'zod';
import { describeFault } from '../domain/describe-fault.ts';
import { describeRejection } from '../domain/describe-rejection.ts';
import { fail, type Result } from '../domain/result.ts';
import { type Applied, applyPatch } from './apply-patch.ts';
import { viewOf } from './file-view.ts';
import { readPatch } from './read-patch.ts';

/** One line of `patch batch`: files, and a reply to apply to them. */
export const batchCaseSchema = z.object({
  id: z.string(),
  files: z.record(z.string(), z.string()),
  patch: z.string(),
  symlinks: z.record(z.string(), z.string()).optional(),
});
type BatchCase = z.infer<typeof batchCaseSchema>;

/** What becomes of it: the changed files, null for a deleted one; or why nothing is applied. */
export type BatchAnswer =
  | { readonly id: string; readonly ok: true; readonly files: Readonly<Record<string, string | null>> }
  | { readonly id: string; readonly ok: false; readonly error: string };

/** Reads and applies one reply to files in memory. */
export function applyReply(
  reply: string,
  files: ReadonlyMap<string, string>,
  symlinks?: ReadonlyMap<string, string>,
): Result<Applied> {
  const read = readPatch(reply);
  return read.ok ? applyPatch(read.value, viewOf(files, symlinks)) : fail(read.fault);
}

/** Answers one case. Never throws on what the case holds. */
export function answerBatchCase(batchCase: BatchCase): BatchAnswer {
  const { id, files, patch, symlinks } = batchCase;
  const links = symlinks ? new Map(Object.entries(symlinks)) : undefined;
  const applied = applyReply(patch, new Map(Object.entries(files)), links);
  if (!applied.ok) {
    return { id, ok: false, error: describeRejection(applied.fault) ?? describeFault(applied.fault).message };
  }
  const changed = new Map<string, string | null>();
  for (const change of applied.value.patch.files) {
    if (change.renamedFrom !== null) changed.set(change.renamedFrom, null);
    changed.set(change.path, change.after);
  }
  return { id, ok: true, files: Object.fromEntries(changed) };
}

/** An answer as one line of JSON. Readers that take U+2028 for a line's end see one line too. */
export function formatAnswer(answer: BatchAnswer): string {
  return JSON.stringify(answer).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

/** Cuts a stream of text at LF alone: JSON holds U+2028 as it is, where readers of terminals would cut. */
export async function* batchLines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  // Parts of the line under way: joined once, when its end is there, so that a long line costs no more than its length.
  let parts: string[] = [];
  for await (const chunk of chunks) {
    const [first = '', ...rest] = chunk.split('\n');
    parts.push(first);
    for (const start of rest) {
      const line = parts.join('');
      if (line.trim() !== '') yield line;
      parts = [start];
    }
  }
  const last = parts.join('');
  if (last.trim() !== '') yield last;
}
