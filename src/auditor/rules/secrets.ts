import { addedLines, isProse, isSample, type Rule } from './rule.ts';

const keyBlock = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/;
/** Values that documentation uses, and names that a program fills in. */
const placeholder =
  /EXAMPLE|example|dummy|changeme|change-me|placeholder|redacted|your[-_ ]|<[^>]+>|\$\{|\{\{|process\.env|os\.environ|getenv|x{6,}|0123456789|1234567890|\*{4,}|test[-_]?(?:key|token|secret|password)/i;

/**
 * Secrets in added lines: anything the store would not keep either. The finding shows the line without them. In tests,
 * samples and prose they are minor: mostly made up, but a look is due.
 */
export const secrets: Rule = {
  name: 'secret',
  judges: 'line',
  find: ({ diff, isTest, redact }) =>
    diff.flatMap((file) => {
      const mild = isTest(file.path) || isSample(file.path) || isProse(file.path);
      return addedLines(file).flatMap(({ line, text }) => {
        const isBlock = keyBlock.test(text);
        const { text: shown, count } = redact(text);
        if ((!isBlock && count === 0) || placeholder.test(text)) return [];
        return [
          {
            severity: mild ? ('minor' as const) : ('major' as const),
            category: 'security' as const,
            file: file.path,
            line,
            claim: isBlock
              ? 'A private key is written into the repository.'
              : 'A secret is written into the repository.',
            evidence: isBlock ? '-----BEGIN … PRIVATE KEY-----' : shown.trim().slice(0, 200),
            suggestion: 'Read it from the environment or a secret store, and revoke it: a commit keeps it for good.',
          },
        ];
      });
    }),
};
