import { type DiffFile, readDiff } from '../domain/read-diff.ts';
import { mapInTurns, takingTurns } from './turns.ts';

/** A canonical patch by its files: no line of a hunk begins as a file's header does. */
export function patchByFile(patch: string): readonly string[] {
  return patch.split(/^(?=diff --git )/m).filter((part) => part.startsWith('diff --git '));
}

/** `readDiff`, in turns. */
export async function readDiffInTurns(patch: string): Promise<readonly DiffFile[]> {
  return (await mapInTurns(patchByFile(patch), readDiff, takingTurns())).flat();
}
