import { z } from 'zod';
import { type Artifacts, type ToolContext, ToolProblem } from './tool.ts';
import { bytesAt } from './visible-text.ts';

export const artifactName = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,79}$/, 'must be a plain name such as rates.csv')
  .describe('Name to keep it under; it becomes no file in the repository.');

const mostArtifacts = 20;
const mostBytes = 32 * 1024 * 1024;

/** One shelf for each run, the last few runs only. */
export function createArtifacts(): (runId: string) => Artifacts {
  const shelves = new Map<string, Map<string, Buffer>>();
  return (runId) => {
    const shelf = shelves.get(runId) ?? new Map<string, Buffer>();
    shelves.set(runId, shelf);
    for (const old of [...shelves.keys()].slice(0, -2)) shelves.delete(old);
    return {
      get: (name) => shelf.get(name),
      put(name, content) {
        const others = [...shelf].filter(([held]) => held !== name);
        const bytes = others.reduce((sum, [, held]) => sum + held.length, content.length);
        if (others.length >= mostArtifacts || bytes > mostBytes) {
          throw new ToolProblem(`No room: at most ${mostArtifacts} files, ${mostBytes / 1024 / 1024} MiB in all.`);
        }
        shelf.set(name, content);
      },
    };
  };
}

/** A file of the commit, of at most so many bytes, or one that a tool kept under this name. */
export async function sourceBytes(context: ToolContext, source: string, most?: number): Promise<Buffer> {
  return context.powers.artifacts(context.task.scope.runId).get(source) ?? bytesAt(context, source, most);
}

export const sourceName = z.string().min(1).max(1_000).describe('Path in the repository, or the name of a kept file.');
