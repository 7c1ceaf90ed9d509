/** Something that went wrong in several runs, worded as a rule for the next ones. */
export interface LessonOffer {
  /** Stays the same as more runs meet it. */
  readonly key: string;
  readonly source: 'finding' | 'failure';
  readonly rule: string;
  /** Different runs that met it. */
  readonly runs: number;
  /** ISO 8601, UTC: when it was met last. */
  readonly lastAt: string;
  /** Where it was met last. */
  readonly last: { readonly runId: string; readonly phaseId: string };
}

/** Relative to the top of the repository: a file of the user's, committed like any other. */
export const lessonsPath = '.countersign/lessons.md';

export type LessonDecision = 'accepted' | 'rejected';

const longestRule = 500;
const heading = `# Lessons

What went wrong here more than once, as rules that a person accepted. Countersign shows them to the model that writes
changes; edit or delete them as you like.
`;

/** A rule as one line, whatever text it comes from. */
export function ruleOf(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= longestRule ? line : `${line.slice(0, longestRule - 1).trimEnd()}…`;
}

/** The rules in a lessons file: its list items, one each, headings and prose apart. */
export function readLessons(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const rule = /^[-*] +(\S.*)$/.exec(line)?.[1];
    return rule === undefined ? [] : [ruleOf(rule)];
  });
}

/** The file with a rule added at its end; unchanged where it has the rule. */
export function addLesson(text: string | null, rule: string): string {
  const before = text ?? `${heading}\n`;
  if (readLessons(before).includes(ruleOf(rule))) return before;
  return `${before}${before.endsWith('\n') ? '' : '\n'}- ${ruleOf(rule)}\n`;
}
