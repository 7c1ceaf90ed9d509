import type { Finding, FindingCategory } from '../domain/audit.ts';
import type { RiskLevel } from '../domain/risk.ts';
import type { PhaseState, RunState } from '../domain/run.ts';
import { localize } from './words.ts';

/** Such as `awaiting review`. */
export function phaseStateWord(state: PhaseState): string {
  const words: Record<PhaseState, string> = {
    queued: localize('queued'),
    building: localize('building'),
    checking: localize('checking'),
    auditing: localize('auditing'),
    'awaiting-review': localize('awaiting review'),
    landing: localize('landing'),
    landed: localize('landed'),
    rejected: localize('rejected'),
    stuck: localize('stuck'),
    failed: localize('failed'),
    cancelled: localize('cancelled'),
  };
  return words[state];
}

export function runStateWord(state: RunState): string {
  const words: Record<RunState, string> = {
    planning: localize('planning'),
    running: localize('running'),
    paused: localize('paused'),
    'awaiting-review': localize('awaiting review'),
    done: localize('done'),
    failed: localize('failed'),
    cancelled: localize('cancelled'),
  };
  return words[state];
}

export function riskWord(level: RiskLevel): string {
  const words: Record<RiskLevel, string> = {
    low: localize('low'),
    medium: localize('medium'),
    high: localize('high'),
    critical: localize('critical'),
  };
  return words[level];
}

export function severityWord(severity: Finding['severity']): string {
  return severity === 'major' ? localize('major') : localize('minor');
}

export function categoryWord(category: FindingCategory): string {
  const words: Record<FindingCategory, string> = {
    security: localize('security'),
    correctness: localize('correctness'),
    spec: localize('spec'),
    tests: localize('tests'),
    compatibility: localize('compatibility'),
    quality: localize('quality'),
    style: localize('style'),
    documentation: localize('documentation'),
    policy: localize('policy'),
    'auditor-error': localize('auditor error'),
  };
  return words[category];
}

/** How a check, a tool or a gatherer ended; a word that is not known stays as it is. */
export function outcomeWord(outcome: string): string {
  const words: Readonly<Record<string, string>> = {
    passed: localize('passed'),
    failed: localize('failed'),
    'timed-out': localize('timed out'),
    'not-startable': localize('not startable'),
    done: localize('done'),
    refused: localize('refused'),
  };
  return words[outcome] ?? outcome.replace('-', ' ');
}

export const sentenceCase = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
