import type { CheckReport } from '../domain/checks.ts';
import type { Staged } from '../domain/proposal.ts';

type Redact = (text: string) => { readonly text: string };

/** Takes secrets out line by line, so that a patch stays a patch: every line keeps its place and its sign. */
export function maskLines(text: string, redact: Redact): string {
  let inKey = false;
  return text
    .split('\n')
    .map((line) => {
      if (/-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/.test(line)) inKey = true;
      if (!inKey) return redact(line).text;
      if (/-----END (?:[A-Z]+ )*PRIVATE KEY-----/.test(line)) inKey = false;
      return /^[ +-]/.test(line) ? `${line.charAt(0)}[private key]` : '[private key]';
    })
    .join('\n');
}

/** A change and its checks as a reviewer may see them. */
export function maskChange(
  staged: Staged,
  checks: CheckReport,
  files: ReadonlyMap<string, string>,
  redact: Redact,
): { readonly staged: Staged; readonly checks: CheckReport; readonly files: ReadonlyMap<string, string> } {
  return {
    staged: { ...staged, patch: maskLines(staged.patch, redact) },
    checks: {
      ...checks,
      results: checks.results.map((result) => ({ ...result, output: maskLines(result.output, redact) })),
    },
    files: new Map([...files].map(([path, text]) => [path, maskLines(text, redact)])),
  };
}
