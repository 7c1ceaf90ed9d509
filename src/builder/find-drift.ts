import type { Drift, Task } from '../engine/ports/builder.ts';
import type { RepositoryReader, SourceFile } from '../engine/ports/repository.ts';
import type { Matching } from './survey/survey.ts';

const mostPaths = 50;

export interface DriftOptions {
  readonly reader: RepositoryReader;
  readonly matching: Matching;
}

/** Compares what is in scope now with what was there when the spec was written. */
export async function findDrift({ reader, matching }: DriftOptions, { spec, base }: Task): Promise<Drift | null> {
  if (spec.base === undefined || base.startsWith(spec.base)) return null;
  const isCommit = /^[0-9a-f]{4,64}$/.test(spec.base);
  const then = isCommit ? await reader.files(spec.base).catch(() => null) : null;
  if (!then) return { base: spec.base, known: false, paths: [] };
  const concerns = matching([...spec.scope.include, ...spec.scope.context]);
  const isExcluded = matching(spec.scope.exclude);
  const before = objectsOf(then);
  const after = objectsOf(await reader.files(base));
  const paths = [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path) && concerns(path) && !isExcluded(path))
    .sort();
  return paths.length === 0 ? null : { base: spec.base, known: true, paths: paths.slice(0, mostPaths) };
}

function objectsOf(files: readonly SourceFile[]): ReadonlyMap<string, string> {
  return new Map(files.map(({ path, object }) => [path, object]));
}
