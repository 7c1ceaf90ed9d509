import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { EngineError } from '../domain/engine-error.ts';
import { nameSchema } from '../domain/spec.ts';
import { ownFolder } from './own-folder.ts';

const keptSchema = z.strictObject({
  runId: nameSchema,
  /** The plan's file as it was when the other plan was made. */
  before: z.string(),
  after: z.string(),
  warnings: z.array(z.string()),
  questions: z.array(z.strictObject({ phase: z.string().nullable(), question: z.string() })),
});
/** Another plan that waits for a person, in the state directory. */
export type KeptProposal = z.infer<typeof keptSchema>;

async function placeOf(stateDirectory: string, runId: string): Promise<string> {
  return path.join(await ownFolder(stateDirectory, 'replans'), `${nameSchema.parse(runId)}.json`);
}

/** Takes the place of one that waited for the same run. */
export async function keepProposal(stateDirectory: string, kept: KeptProposal): Promise<void> {
  const file = await placeOf(stateDirectory, kept.runId);
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, `${JSON.stringify(kept)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(partial, file);
}

/** Throws `plan/no-proposal`. */
export async function keptProposal(stateDirectory: string, runId: string): Promise<KeptProposal> {
  const file = await placeOf(stateDirectory, runId);
  const text = await readFile(file, 'utf8').catch(() => null);
  const read = text === null ? null : keptSchema.safeParse(parsed(text));
  if (!read?.success || read.data.runId !== runId) throw new EngineError({ code: 'plan/no-proposal', run: runId });
  return read.data;
}

export async function forgetProposal(stateDirectory: string, runId: string): Promise<void> {
  await rm(await placeOf(stateDirectory, runId), { force: true });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
