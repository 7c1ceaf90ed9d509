import { addedLines, isProse, type Rule } from './rule.ts';

/** What a merge left undone: the opening and the closing marker in the added lines of one file. */
export const conflictMarkers: Rule = {
  name: 'conflict-marker',
  judges: 'file',
  find: ({ diff, isTest }) =>
    diff.flatMap((file) => {
      const lines = addedLines(file);
      const opening = lines.find(({ text }) => /^<{7}(?: |$)/.test(text));
      const closing = lines.some(({ text }) => /^>{7}(?: |$)/.test(text));
      if (!opening || !closing) return [];
      const mild = isTest(file.path) || isProse(file.path);
      return [
        {
          severity: mild ? ('minor' as const) : ('major' as const),
          category: 'correctness' as const,
          file: file.path,
          line: opening.line,
          claim: 'A merge conflict stands in the file unresolved.',
          evidence: opening.text,
        },
      ];
    }),
};
