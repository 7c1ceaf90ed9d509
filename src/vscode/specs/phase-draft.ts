import { type PhaseSpec, phaseSpecSchema } from '../../domain/spec.ts';

/** Where the wish for a phase came up. */
export interface Occasion {
  /** Path in the repository, in git's notation. */
  readonly file: string;
  /** 1-based. */
  readonly firstLine: number;
  readonly lastLine: number;
}

const mostIdCharacters = 48;

/** A phase's name from what it is to do: its first words, in lower case. */
export function idFrom(goal: string): string {
  const words = goal
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  let id = '';
  for (const word of words ?? []) {
    const longer = id === '' ? word.slice(0, mostIdCharacters) : `${id}-${word}`;
    if (longer.length > mostIdCharacters) break;
    id = longer;
  }
  return id === '' ? 'phase' : id;
}

/** What a phase about one place says: the wish, and where; only the file of the place may change. */
export function draftAt(goal: string, { file, firstLine, lastLine }: Occasion): PhaseSpec {
  const where = firstLine === lastLine ? `line ${firstLine}` : `lines ${firstLine} to ${lastLine}`;
  return phaseSpecSchema.parse({
    id: idFrom(goal),
    goal: `${goal.trim()}\n\nThis is about ${file}, ${where}.\n`,
    scope: { include: [file.replace(/[\\*?[\]{}()!]/g, '\\$&')] },
  });
}

/** What a comment asks for: its words behind TODO or FIXME; null where it has neither. */
export function wishOf(line: string): string | null {
  const found = /\b(?:TODO|FIXME)\b(?:\([^)]*\))?\s*:?\s*(.*?)\s*(?:\*\/|-->|"""|''')?\s*$/.exec(line);
  return found?.[1] ? found[1] : null;
}
