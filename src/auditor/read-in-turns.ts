import { type DiffFile, readDiffInSteps } from '../domain/read-diff.ts';
import { takingTurns } from './turns.ts';

const header = 'diff --git ';

/**
 * A canonical patch by its files. No line of a hunk begins as a file's header does; line feeds alone end a line here,
 * since a carriage return or a separator of Unicode may stand within one.
 */
export function patchByFile(patch: string): readonly string[] {
  const [first = '', ...others] = patch.split(`\n${header}`);
  const parts = [...(first.startsWith(header) ? [first] : []), ...others.map((part) => `${header}${part}`)];
  return parts.map((part) => (part.endsWith('\n') ? part : `${part}\n`));
}

/** `readDiff`, in turns. */
export async function readDiffInTurns(patch: string): Promise<readonly DiffFile[]> {
  const turn = takingTurns();
  const reading = readDiffInSteps(patch);
  for (let step = reading.next(); ; step = reading.next()) {
    if (step.done) return step.value;
    await turn();
  }
}
