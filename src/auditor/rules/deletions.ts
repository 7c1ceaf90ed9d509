import { isProse, isSample, type Rule } from './rule.ts';

const leastLines = 150;
/** Share of a file that may go without a word. */
const largeShare = 0.6;

/** A goal that speaks of taking away asked for it. */
const asksForIt =
  /\b(?:remov|delet|drop|strip|prun|clean|simplif|replac|rewrit|split|mov|extract|migrat|inlin|deprecat|retir|reduc|shrink|merg|dedup)/i;

/** Files that lose most of what they held though nobody asked for it, and with nothing of it put elsewhere. */
export const largeDeletions: Rule = {
  name: 'large-deletion',
  judges: 'change',
  find: ({ spec, diff, before, isTest }) => {
    // Without a goal of its own nothing says what was meant.
    if (spec.goal === spec.title || asksForIt.test(`${spec.title ?? ''} ${spec.goal} ${spec.acceptance.join(' ')}`))
      return [];
    const added = new Set(
      diff.flatMap((file) => file.lines.filter((line) => line.kind === 'added').map((line) => line.text.trim())),
    );
    return diff.flatMap((file) => {
      if (isProse(file.path) || isSample(file.path) || isTest(file.path) || isLockOrData(file.path)) return [];
      const length = before.get(file.renamedFrom ?? file.path)?.split('\n').length ?? 0;
      const gone = file.lines.filter((line) => line.kind === 'removed' && !added.has(line.text.trim())).length;
      const put = file.lines.filter((line) => line.kind === 'added').length;
      if (length < leastLines || gone - put < length * largeShare) return [];
      return [
        {
          severity: 'minor' as const,
          category: 'correctness' as const,
          file: file.path,
          line: null,
          claim: `${file.status === 'deleted' ? 'The file is deleted' : 'Most of the file goes'}: ${gone} of ${length} lines, and the goal says nothing of that.`,
          evidence: `${gone} lines removed, ${put} added`,
        },
      ];
    });
  },
};

function isLockOrData(path: string): boolean {
  return /(?:^|\/)(?:package-lock\.json|[^/]*\.lock|[^/]*-lock\.ya?ml|go\.sum)$|\.(?:json|ya?ml|xml|min\.\w+)$/i.test(
    path,
  );
}
