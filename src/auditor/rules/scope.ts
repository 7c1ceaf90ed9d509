import type { Rule } from './rule.ts';

/** Files that the phase was not to touch. Staging refuses them; what came another way is found here. */
export const scope: Rule = {
  name: 'out-of-scope',
  judges: 'change',
  find: ({ diff, outOfScope }) =>
    outOfScope([...new Set(diff.flatMap(({ path, renamedFrom }) => (renamedFrom ? [renamedFrom, path] : [path])))]).map(
      (file) => ({
        severity: 'major' as const,
        category: 'policy' as const,
        file,
        line: null,
        claim: 'The file is outside the scope of the phase.',
        evidence: file,
      }),
    ),
};
