import { stringify } from 'yaml';
import type { BacklogIssue } from '../domain/backlog.ts';

/** A phase spec, as YAML, that cleans these issues up; null where there are none. */
export function cleanupPhase(issues: readonly BacklogIssue[]): string | null {
  if (issues.length === 0) return null;
  const files = [...new Set(issues.flatMap(({ file }) => file ?? []))].sort();
  const places = issues.map(
    ({ file, line, claim }) => `- ${file ?? 'the project'}${line === null ? '' : `:${line}`}: ${claim}`,
  );
  return stringify({
    id: 'cleanup',
    title: 'Clean up what reviews left open',
    goal: `Mend these findings and nothing else:\n${places.join('\n')}\n`,
    category: 'debt-cleanup',
    ...(files.length > 0 ? { scope: { include: files } } : {}),
  }).trimEnd();
}
