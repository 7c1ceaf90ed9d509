import type { Audit, Finding } from '../../../src/domain/audit.ts';
import type { CheckReport, CheckResult } from '../../../src/domain/checks.ts';
import { configSchema } from '../../../src/domain/config.ts';
import type { Staged } from '../../../src/domain/proposal.ts';
import type { Risk } from '../../../src/domain/risk.ts';
import { type PhaseSpec, phaseSpecSchema } from '../../../src/domain/spec.ts';
import { compileStrategy } from '../../../src/domain/strategy.ts';
import type { Evidence } from '../../../src/engine/decide.ts';
import { boundsOf } from '../../../src/engine/strategy.ts';

/** The rules that hold where nobody says anything. */
export const builtInStrategy = compileStrategy(configSchema.parse({}));

export function specOf(input: Record<string, unknown> = {}): PhaseSpec {
  return phaseSpecSchema.parse({ id: 'phase', goal: 'Do it.', ...input });
}

export function checkOf(outcome: CheckResult['outcome'], output = 'ok'): CheckResult {
  const exitCode = outcome === 'passed' ? 0 : outcome === 'failed' ? 1 : null;
  return { command: 'npm test', outcome, exitCode, seconds: 1, output, outputHash: 'hash', tries: 1 };
}

export function reportOf(...results: CheckResult[]): CheckReport {
  return { tree: 'tree', results, flags: [], sandbox: 'none', withheld: null };
}

export function findingOf(severity: Finding['severity'], category: Finding['category'] = 'correctness'): Finding {
  return {
    severity,
    category,
    file: 'src/a.ts',
    line: 1,
    claim: 'It is wrong.',
    evidence: 'a',
    suggestion: null,
    component: 'correctness',
    model: 'lab/auditor',
    fingerprint: 'f',
  };
}

export function auditOf(...findings: Finding[]): Audit {
  return { summary: '', findings, panel: [{ component: 'correctness', model: 'lab/auditor', failure: null }] };
}

export const lowRisk: Risk = { score: 0, level: 'low', parts: [] };

/** A change that lands by itself under `gated`. */
export function goodEvidence(spec = specOf({ acceptance: ['It works'], verify: [{ run: 'npm test' }] })): Evidence {
  return {
    spec,
    bounds: boundsOf(spec, builtInStrategy),
    scan: { findings: [], protectedPaths: [] },
    checks: reportOf(checkOf('passed')),
    audit: auditOf(),
    staged: stagedOf([]),
    risk: lowRisk,
    autonomy: 'gated',
  };
}

export function stagedOf(files: Staged['files'], patch = '', flags: Staged['flags'] = []): Staged {
  return { base: 'base', commit: 'commit', tree: 'tree', ref: 'refs/countersign/x', patch, files, repairs: [], flags };
}
