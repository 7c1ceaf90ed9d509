/** The example as a repository of its own in a scratch directory: for the demo, and for a first look in the editor. */
import { cp, mkdtemp, readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { EngineError } from '../domain/engine-error.ts';
import { makeRepository } from '../git/scratch-repository.ts';

/** Copies the example and commits it once. Without `into` a new temporary directory is made. Resolves to its path. */
export async function makeExample(
  example: string,
  into: string | null,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const directory = into ? path.resolve(into) : await mkdtemp(path.join(os.tmpdir(), 'countersign-hello-'));
  await assertEmpty(directory);
  await cp(example, directory, { recursive: true });
  await makeRepository(directory, environment);
  return directory;
}

async function assertEmpty(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  if (names.length === 0) return;
  const problem = `${directory} is not empty; name a new directory.`;
  throw new EngineError({ code: 'arguments/invalid', problem, usage: null });
}
