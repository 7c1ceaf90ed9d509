import type { Staged } from '../domain/proposal.ts';
import { readDiff } from '../domain/read-diff.ts';
import type { Result } from '../domain/result.ts';
import type { Strategy } from '../domain/strategy.ts';
import type { EngineParts } from './context.ts';

/** Flags what a strategy protects in a staged change, so that a person signs it and nothing of it runs before. */
export function protectedBy(
  { protectedPaths }: Pick<Strategy, 'protectedPaths'>,
  matching: EngineParts['matching'],
): (staged: Staged) => Staged {
  if (protectedPaths.length === 0) return (staged) => staged;
  const isProtected = matching(protectedPaths);
  return (staged) => {
    const known = new Set(staged.flags.flatMap(({ kind, file }) => (kind === 'protected-path' ? [file] : [])));
    const files = readDiff(staged.patch).flatMap(({ path, renamedFrom }) => [
      path,
      ...(renamedFrom ? [renamedFrom] : []),
    ]);
    const flags = [...new Set(files)]
      .filter((file) => isProtected(file) && !known.has(file))
      .map((file) => ({
        kind: 'protected-path' as const,
        file,
        line: null,
        detail: 'Rules of this project protect it.',
      }));
    return flags.length === 0 ? staged : { ...staged, flags: [...staged.flags, ...flags] };
  };
}

/** The parts with a repository whose staged changes are flagged by the rules of a run, wherever they come from. */
export function withProtectedPaths(parts: EngineParts, strategy: Strategy): EngineParts {
  if (strategy.protectedPaths.length === 0) return parts;
  const { repository, matching } = parts;
  const flag = protectedBy(strategy, matching);
  const flagged = async (made: Promise<Result<Staged>>): Promise<Result<Staged>> => {
    const result = await made;
    return result.ok ? { ok: true, value: flag(result.value) } : result;
  };
  return {
    ...parts,
    repository: {
      ...repository,
      stage: (request) => flagged(repository.stage(request)),
      restage: (...asked) => flagged(repository.restage(...asked)),
      stagePart: (...asked) => flagged(repository.stagePart(...asked)),
      stageTexts: (...asked) => flagged(repository.stageTexts(...asked)),
    },
  };
}
