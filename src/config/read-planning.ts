import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { type Catalogue, catalogueSchema } from '../domain/catalogue.ts';
import { EngineError } from '../domain/engine-error.ts';
import { type StackProfile, stackProfileSchema } from '../domain/stack.ts';
import { readAs } from './located-yaml.ts';

/** What a team tells the planner, from `.countersign/catalogue.yaml` and `.countersign/stacks/*.yaml`. */
export interface PlanningFiles {
  readonly catalogue: Catalogue;
  readonly profiles: readonly StackProfile[];
}

/** Reads both; a file that is not there is as good as an empty one. Throws `config/invalid` with line and column. */
export async function readPlanningFiles(root: string): Promise<PlanningFiles> {
  const folder = path.join(root, '.countersign');
  const catalogueFile = path.join(folder, 'catalogue.yaml');
  const text = await readIfThere(catalogueFile);
  const stacks = path.join(folder, 'stacks');
  const names = (await readdir(stacks).catch(() => [])).filter((name) => /\.ya?ml$/.test(name)).sort();
  return {
    catalogue: text === null ? catalogueSchema.parse({}) : readConfigured(catalogueSchema, text, catalogueFile),
    profiles: await Promise.all(
      names.map(async (name) => {
        const file = path.join(stacks, name);
        return readConfigured(stackProfileSchema, await readFile(file, 'utf8'), file);
      }),
    ),
  };
}

function readConfigured<Schema extends z.ZodType>(schema: Schema, text: string, file: string): z.output<Schema> {
  const read = readAs(schema, text, file);
  if (read.ok) return read.value.value;
  throw new EngineError({ code: 'config/invalid', ...read.fault });
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
