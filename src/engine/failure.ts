import { createHash } from 'node:crypto';
import { stripVTControlCharacters } from 'node:util';
import type { Audit } from '../domain/audit.ts';
import { type Finding, openMajors } from '../domain/audit.ts';
import type { CheckReport, CheckResult } from '../domain/checks.ts';
import { describeFault } from '../domain/describe-fault.ts';
import { describeRejection } from '../domain/describe-rejection.ts';
import type { Fault } from '../domain/fault.ts';
import type { Because } from '../domain/verdict.ts';
import { failureNames, trimCheckOutput } from './check-output/read-check-output.ts';

/**
 * A short hash that stays equal when only line numbers, times, hashes, addresses and temporary paths differ, so that
 * the same failure is known again.
 */
export function failureSignature(text: string): string {
  const normal = stripVTControlCharacters(text.slice(0, 200_000))
    .replace(/(?:\/[\w.@-]+)+\//g, '/')
    .replace(/\b[0-9a-f]{7,64}\b/gi, '#')
    .replace(/\d+(?:\.\d+)?/g, '#')
    .replace(/\s+/g, ' ')
    .trim();
  return createHash('sha256').update(normal).digest('hex').slice(0, 16);
}

function because(kind: Because['kind'], summary: string, detail: string, signed: string): Because {
  return { kind, summary, detail, signature: failureSignature(`${kind}\n${signed}`) };
}

export function becauseOfFault(fault: Fault): Because {
  const { message, remedy } = describeFault(fault);
  const detail = describeRejection(fault) ?? `${message} ${remedy}`;
  const kind = fault.code.startsWith('patch/') || fault.code.startsWith('builder/') ? 'patch' : 'fault';
  return because(kind, message, detail, message);
}

/** A change that was good where it was written, and no longer fits what landed beside it. */
export function becauseOfMove(fault: Fault): Because {
  const { summary, detail, kind } = becauseOfFault(fault);
  return because(
    kind,
    `The branch moved: ${summary}`,
    `Another change landed on the branch while yours was checked and reviewed, and yours no longer applies to it. Write it again for the files as they are now.\n\n${detail}`,
    summary,
  );
}

function outcomeWords(result: CheckResult): string {
  switch (result.outcome) {
    case 'timed-out':
      return `timed out after ${Math.round(result.seconds)} s`;
    case 'not-startable':
      return 'cannot be started';
    case 'failed':
      return result.exitCode === null ? 'was killed' : 'failed';
    case 'passed':
      return 'passed';
  }
}

/** The first check that did not pass, or null. */
export function firstFailure(report: CheckReport): CheckResult | null {
  return report.results.find((result) => result.outcome !== 'passed') ?? null;
}

export function becauseOfCheck(result: CheckResult): Because {
  const exit = result.exitCode === null ? '' : ` (exit code ${result.exitCode})`;
  const summary = `${result.command} ${outcomeWords(result)}.`;
  return because(
    'checks',
    summary,
    `${result.command} ${outcomeWords(result)}${exit}:\n${trimCheckOutput(result.output)}`,
    failureNames(result.output) ?? result.output,
  );
}

export function describeFinding(finding: Finding): string {
  const place = finding.file === null ? '' : ` ${finding.file}${finding.line === null ? '' : `:${finding.line}`}`;
  const suggestion = finding.suggestion ? `\n  Suggestion: ${finding.suggestion}` : '';
  return `- ${finding.severity} ${finding.category}${place}: ${finding.claim}\n  Evidence: ${finding.evidence}${suggestion}`;
}

export function becauseOfFindings(audit: Audit): Because {
  const majors = openMajors(audit);
  const first = majors[0] as Finding;
  const count = majors.length === 1 ? '1 major finding' : `${majors.length} major findings`;
  const summary = `${count}: ${first.claim}`;
  const fingerprints = majors.map((finding) => finding.fingerprint).sort();
  return because('findings', summary, audit.findings.map(describeFinding).join('\n'), fingerprints.join('\n'));
}

export function becauseOfPerson(note: string): Because {
  return because('person', `Changes requested: ${note.split('\n', 1)[0]}`, note, note);
}
