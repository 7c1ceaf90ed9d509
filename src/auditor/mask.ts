import type { CheckReport } from '../domain/checks.ts';
import type { Staged } from '../domain/proposal.ts';
import { mapInTurns, type Turn, takingTurns } from './turns.ts';

type Redact = (text: string) => { readonly text: string };

/** Takes secrets out line by line, so that a patch stays a patch: every line keeps its place and its sign. */
async function maskLines(text: string, redact: Redact, turn: Turn): Promise<string> {
  let inKey = false;
  const masked = await mapInTurns(
    text.split('\n'),
    (line) => {
      if (/-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/.test(line)) inKey = true;
      if (!inKey) return redact(line).text;
      if (/-----END (?:[A-Z]+ )*PRIVATE KEY-----/.test(line)) inKey = false;
      return /^[ +-]/.test(line) ? `${line.charAt(0)}[private key]` : '[private key]';
    },
    turn,
  );
  return masked.join('\n');
}

/** A change and its checks as a reviewer may see them. Works in turns. */
export async function maskChange(
  staged: Staged,
  checks: CheckReport,
  files: ReadonlyMap<string, string>,
  redact: Redact,
): Promise<{ readonly staged: Staged; readonly checks: CheckReport; readonly files: ReadonlyMap<string, string> }> {
  const turn = takingTurns();
  const results: CheckReport['results'][number][] = [];
  for (const result of checks.results) {
    results.push({ ...result, output: await maskLines(result.output, redact, turn) });
  }
  const shown = new Map<string, string>();
  for (const [path, text] of files) shown.set(path, await maskLines(text, redact, turn));
  return {
    staged: { ...staged, patch: await maskLines(staged.patch, redact, turn) },
    checks: { ...checks, results },
    files: shown,
  };
}
