import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { z } from 'zod';
import { EngineError } from '../domain/engine-error.ts';
import type { Question } from './judge.ts';

const lineSchema = z.object({ key: z.string(), text: z.string() });

/** What judges answered before, so that it is not paid for twice. */
export interface Judgements {
  /** The kept answer of a model to a question; null where there is none. */
  answer(model: string, question: Question): string | null;
  /** On disk when it resolves. */
  keep(model: string, question: Question, text: string): Promise<void>;
}

/**
 * Answers in a JSONL file that is only added to; its folder must be there. A line that was cut off, or is none, counts
 * as never written; what an answer says is judged anew each time it is read. Throws `store/damaged` where the file is a
 * link or a folder: a state directory may arrive with a repository.
 */
export async function openJudgements(file: string): Promise<Judgements> {
  const kept = new Map<string, string>();
  const text = await readOwn(file);
  for (const line of text.split('\n')) {
    const read = lineSchema.safeParse(parse(line));
    if (read.success) kept.set(read.data.key, read.data.text);
  }
  // A line that was cut off must not run into the next one.
  let before = text === '' || text.endsWith('\n') ? '' : '\n';
  return {
    answer: (model, question) => kept.get(keyOf(model, question)) ?? null,
    async keep(model, question, answer) {
      const key = keyOf(model, question);
      const handle = await openOwn(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
      try {
        await handle.writeFile(`${before}${JSON.stringify({ key, text: answer })}\n`);
      } finally {
        await handle.close();
      }
      before = '';
      kept.set(key, answer);
    },
  };
}

async function readOwn(file: string): Promise<string> {
  const found = await lstat(file).catch(() => null);
  if (found === null) return '';
  const handle = await openOwn(file, constants.O_RDONLY);
  try {
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

async function openOwn(file: string, flags: number): Promise<FileHandle> {
  try {
    // Windows knows no such flag; there making a link takes a right of its own.
    return await open(file, flags | (constants.O_NOFOLLOW ?? 0), 0o600);
  } catch (error) {
    throw new EngineError({ code: 'store/damaged', file, setAside: null }, error);
  }
}

/** A question that reads otherwise, or another model, has another answer. */
function keyOf(model: string, { system, messages, schema }: Question): string {
  const asked = JSON.stringify([model, system, messages, schema]);
  return createHash('sha256').update(asked).digest('hex');
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
