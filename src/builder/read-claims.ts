import type { Claim } from '../domain/building.ts';

export interface ReplyNotes {
  /** The prose before the change, as one line. */
  readonly summary: string;
  readonly claims: readonly Claim[];
  readonly tests: readonly string[];
}

const patchStart = /^(?:`{3,}|~{3,}|diff --git |--- |\*\*\* Begin Patch|<{5,} )/m;
const longestSummary = 300;

/**
 * What a reply says of itself outside its change. Nothing here can fail: a line that cannot be read claims nothing, and
 * a criterion that the spec does not have is no claim.
 */
export function readReplyNotes(reply: string, acceptance: readonly string[]): ReplyNotes {
  const prose = withoutChange(reply);
  const claims = new Map<number, Claim['hunks']>();
  const tests: string[] = [];
  for (const line of prose.split('\n')) {
    const plain = line.replace(/[*_`]/g, '').trim();
    const meets = /^(?:[-•]\s*)?meets\s+(?:criterion\s+|#)?(\d+)\s*[:—–-]?\s*(.*)$/i.exec(plain);
    if (meets) {
      const number = Number(meets[1]);
      if (number >= 1 && number <= acceptance.length) {
        claims.set(number, [...(claims.get(number) ?? []), ...hunksIn(meets[2] as string)]);
      }
      continue;
    }
    const named = /^(?:[-•]\s*)?tests?\s*:\s*(.+)$/i.exec(plain);
    if (named) tests.push(...pathsIn(named[1] as string));
  }
  return {
    summary: summaryOf(reply),
    claims: [...claims]
      .sort(([a], [b]) => a - b)
      .map(([number, hunks]) => ({ criterion: acceptance[number - 1] as string, hunks: unique(hunks) })),
    tests: [...new Set(tests)],
  };
}

/** The reply without fenced blocks and without the bodies of patches that stand bare. */
function withoutChange(reply: string): string {
  return reply
    .replace(/^(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1[`~]*[ \t]*$/gm, '')
    .replace(/^\*\*\* Begin Patch[\s\S]*?^\*\*\* End Patch[ \t]*$/gm, '')
    .replace(/^<{5,} [\s\S]*?^>{5,} .*$/gm, '')
    .split('\n')
    .filter((line) => !/^(?:[+\-@ ]|diff --git |index )/.test(line) || /^- +[*_`]*(?:meets|tests?)\b/i.test(line))
    .join('\n');
}

/** `src/a.ts hunk 1, 3; src/b.ts#2` */
function hunksIn(text: string): Claim['hunks'] {
  const hunks: { file: string; hunk: number | null }[] = [];
  let file: string | null = null;
  let numbered = true;
  const close = () => {
    if (file !== null && !numbered) hunks.push({ file, hunk: null });
  };
  for (const token of text.match(/[^\s,;()#]+|#/g) ?? []) {
    const word = token.replace(/[.:]+$/, '');
    if (file !== null && /^\d{1,4}$/.test(word)) {
      hunks.push({ file, hunk: Number(word) });
      numbered = true;
    } else if (isPath(word)) {
      close();
      file = word;
      numbered = false;
    }
  }
  close();
  return hunks.filter(({ hunk }) => hunk === null || hunk > 0);
}

function pathsIn(text: string): string[] {
  return (text.match(/[^\s,;()]+/g) ?? []).map((word) => word.replace(/[.:]+$/, '')).filter(isPath);
}

function isPath(word: string): boolean {
  return /^[\w@.][\w@./+[\]-]*$/.test(word) && /[/.]/.test(word) && !/^[\d.]+$/.test(word) && !word.includes('..');
}

function unique(hunks: Claim['hunks']): Claim['hunks'] {
  return [...new Map(hunks.map((hunk) => [`${hunk.file}\0${hunk.hunk}`, hunk])).values()];
}

function summaryOf(reply: string): string {
  const prose = reply.split(patchStart, 1)[0] as string;
  const line = prose.replace(/\s+/g, ' ').trim();
  return line.length <= longestSummary ? line : `${line.slice(0, longestSummary - 1)}…`;
}
