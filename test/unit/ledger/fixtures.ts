import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Audit } from '../../../src/domain/audit.ts';
import type { CheckReport } from '../../../src/domain/checks.ts';
import type { EngineEvent, EventDraft } from '../../../src/domain/event.ts';
import type { Landing, Staged } from '../../../src/domain/proposal.ts';
import { type FrozenPlan, frozenPlanSchema } from '../../../src/domain/run.ts';
import type { PhaseSpec } from '../../../src/domain/spec.ts';
import type { CallRecord } from '../../../src/engine/ports/calls.ts';
import type { AttemptScope } from '../../../src/engine/ports/run.ts';
import { type Ledger, type LedgerOptions, openLedger } from '../../../src/ledger/open-ledger.ts';

const made: { directories: string[]; ledgers: Ledger[] } = { directories: [], ledgers: [] };

/** A state directory of its own; `tidy` removes it. */
export function stateDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-ledger-'));
  made.directories.push(directory);
  return directory;
}

export function open(directory: string, options: LedgerOptions = {}): Ledger {
  const ledger = openLedger(directory, options);
  made.ledgers.push(ledger);
  return ledger;
}

/** For `afterEach`. */
export function tidy(): void {
  for (const ledger of made.ledgers.splice(0)) ledger.close();
  for (const directory of made.directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** Phases by their ids alone, or with more of their specs. */
export function planOf(
  ...phases: readonly (string | { readonly id: string; readonly trajectory?: 'totals' })[]
): FrozenPlan {
  const specs = phases.map((phase) => (typeof phase === 'string' ? { id: phase } : phase));
  return frozenPlanSchema.parse({
    id: 'plan',
    goal: 'Rate limits',
    autonomy: 'review',
    landingBranch: 'current',
    budget: {},
    landsOn: 'refs/heads/main',
    mergesInto: null,
    tiers: [
      { id: 'tier', title: 'Tier', budget: {}, phases: specs.map((spec) => ({ goal: `Do ${spec.id}.`, ...spec })) },
    ],
  });
}

export function specOf(plan: FrozenPlan, id: string): PhaseSpec {
  const spec = plan.tiers.flatMap((tier) => tier.phases).find((phase) => phase.id === id);
  if (!spec) throw new Error(`The plan has no phase ${id}.`);
  return spec;
}

/** Stamps drafts as a run's emitter does, one second apart from the given moment. */
export function stamper(runId: string, from = '2026-03-01T10:00:00.000Z'): (draft: EventDraft) => EngineEvent {
  let sequence = 0;
  return (draft) => {
    sequence += 1;
    const at = new Date(Date.parse(from) + sequence * 1000).toISOString();
    return { eventId: `${runId}-${String(sequence).padStart(5, '0')}`, runId, at, ...draft } as EngineEvent;
  };
}

export function runStart(plan: FrozenPlan, resumed = false): EventDraft {
  const models = { builder: 'lab/builder', auditor: 'lab/auditor' };
  return { type: 'run-start', stage: 'ACK', plan, models, recorded: false, resumed };
}

export function phaseStart(spec: PhaseSpec): EventDraft {
  return { type: 'phase-start', stage: 'ACK', phaseId: spec.id, spec, tierId: 'tier', base: 'a'.repeat(40) };
}

export function attemptStart(phaseId: string, attempt: number): EventDraft {
  return { type: 'attempt-start', stage: 'DISPATCH', phaseId, attempt, model: 'lab/builder', reason: 'First.' };
}

export function stagedOf(patch: string): Staged {
  return {
    base: 'a'.repeat(40),
    commit: 'b'.repeat(40),
    tree: 'c'.repeat(40),
    ref: 'refs/countersign/staged',
    patch,
    files: [],
    repairs: [],
    flags: [],
  };
}

export const report: CheckReport = {
  tree: 'c'.repeat(40),
  results: [
    { command: 'npm test', outcome: 'passed', exitCode: 0, seconds: 2, output: 'ok', outputHash: 'd', tries: 1 },
  ],
  flags: [],
  sandbox: 'none',
  withheld: null,
};

export const cleanAudit: Audit = { summary: 'Clean.', findings: [], panel: [] };

export const landing: Landing = {
  commit: 'e'.repeat(40),
  parent: 'a'.repeat(40),
  tree: 'c'.repeat(40),
  branch: 'refs/heads/main',
};

export function scopeOf(phaseId: string, runId = 'run-1'): AttemptScope {
  return { runId, tierId: 'tier', phaseId, attempt: 1 };
}

export function callOf(callId: string, change: Partial<CallRecord> = {}): CallRecord {
  return {
    callId,
    scope: scopeOf('api'),
    role: 'builder',
    component: null,
    model: 'lab/builder',
    servedBy: 'builder-2026',
    startedAt: '2026-03-01T10:00:00.000Z',
    seconds: 1.5,
    system: 'Be brief.',
    messages: [{ role: 'user', text: 'Phase api, attempt 1' }],
    tools: [],
    toolCalls: [],
    reply: 'Done.',
    tokens: { input: 100, cached: 40, output: 20 },
    cost: { micros: 700, label: 'computed' },
    fault: null,
    ...change,
  };
}
