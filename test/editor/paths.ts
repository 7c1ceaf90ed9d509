import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The work tree. */
export const projectFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What tests leave behind; ignored by git. */
export const artifactsFolder = join(projectFolder, 'test', '.artifacts');

export const screenshotsFolder = join(artifactsFolder, 'screenshots');

/** The repository that the README and the tests work on, always as a copy. */
export const exampleFolder = join(projectFolder, 'examples', 'hello-service');

/** Where an editor built from `recipe` is kept. Outside the work tree, so that a fresh clone finds it again. */
export function editorCacheFolder(recipe: unknown): string {
  const version = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12);
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(caches, 'countersign-editor', version);
}
