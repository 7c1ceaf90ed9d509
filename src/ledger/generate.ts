import type { Audit, Finding } from '../domain/audit.ts';
import type { CheckReport } from '../domain/checks.ts';
import type { Role } from '../domain/config.ts';
import type { EngineEvent, EventDraft } from '../domain/event.ts';
import { addSpend, type Cost, noSpend, type Spend, type Tokens } from '../domain/money.ts';
import { type FrozenPlan, frozenPlanSchema, type PhaseOutcome } from '../domain/run.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { CallRecord } from '../engine/ports/calls.ts';
import type { AttemptScope } from '../engine/ports/run.ts';
import { randomFrom } from './random.ts';

/** One made-up run: what its recorder and its call keeper would have been given, in order. */
export interface GeneratedRun {
  readonly events: readonly EngineEvent[];
  readonly calls: readonly CallRecord[];
}

export interface GenerateOptions {
  readonly runs: number;
  /** The same seed gives the same history. */
  readonly seed: number;
  /** ISO 8601: when the last run ends; the others lie before it, four an hour on average. */
  readonly until: string;
  /** Calls a run makes on average. */
  readonly callsPerRun?: number;
}

const models = ['lab/north-large', 'lab/north-mini', 'local/reed-14b'] as const;
const pricePerMillion: Record<(typeof models)[number], number> = {
  'lab/north-large': 6,
  'lab/north-mini': 0.8,
  'local/reed-14b': 0,
};
const categories = ['feature', 'tests', 'docs', 'refactoring', 'security'] as const;
const goals = [
  'Rate limits for the public API',
  'Reject unsigned webhooks',
  'Move sessions to the new store',
  'Document the retry policy',
  'Cache the tariff lookup',
  'Validate parcel dimensions',
  'Split the billing module',
  'Parse customs codes strictly',
] as const;
const phaseNames = [
  'token-bucket',
  'admin-endpoint',
  'docs',
  'migration',
  'cleanup',
  'tests',
  'parser',
  'cache',
] as const;

interface Dice {
  next(): number;
  whole(least: number, most: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

function diceOf(seed: number): Dice {
  const next = randomFrom(seed);
  return {
    next,
    whole: (least, most) => least + Math.floor(next() * (most - least + 1)),
    pick: <Item>(items: readonly Item[]) => items[Math.floor(next() * items.length)] as Item,
  };
}

const averageGapMs = 15 * 60_000;

/** Runs as they might have happened, oldest first. Made one at a time, so that any number fits in memory. */
export function* generateRuns(options: GenerateOptions): Generator<GeneratedRun> {
  const dice = diceOf(options.seed);
  const lastMs = Date.parse(options.until);
  for (let index = 0; index < options.runs; index++) {
    const startMs = lastMs - (options.runs - index) * averageGapMs - dice.whole(0, averageGapMs - 1);
    yield generateRun(dice, index, startMs, options.callsPerRun ?? 100);
  }
}

/** Collects what one run tells, on a clock of its own. */
interface Script {
  readonly runId: string;
  readonly dice: Dice;
  readonly events: EngineEvent[];
  readonly calls: CallRecord[];
  nowMs: number;
  readonly tell: (draft: EventDraft) => void;
}

function scriptOf(dice: Dice, index: number, startMs: number): Script {
  const runId = `generated-${String(index).padStart(7, '0')}-${dice.whole(0, 0xffff).toString(16).padStart(4, '0')}`;
  const script: Script = {
    runId,
    dice,
    events: [],
    calls: [],
    nowMs: startMs,
    tell(draft) {
      const eventId = `${runId}-${String(script.events.length).padStart(6, '0')}`;
      const at = new Date(script.nowMs).toISOString();
      script.events.push({ eventId, runId, at, ...draft } as EngineEvent);
    },
  };
  return script;
}

function generateRun(dice: Dice, index: number, startMs: number, callsPerRun: number): GeneratedRun {
  const script = scriptOf(dice, index, startMs);
  const plan = planOf(dice, index);
  script.tell({
    type: 'run-start',
    stage: 'ACK',
    plan,
    models: { builder: models[0], auditor: models[1] },
    recorded: false,
    resumed: false,
  });
  const specs = plan.tiers.flatMap((tier) => tier.phases);
  const outcomes = specs.map((spec) => {
    return tellPhase(script, spec, Math.max(1, Math.round(callsPerRun / specs.length)));
  });
  const landed = outcomes.every(({ state }) => state === 'landed');
  script.tell({
    type: 'run-end',
    stage: 'COMPLETE',
    outcome: landed ? 'done' : 'failed',
    exitCode: landed ? 0 : 3,
    reason: null,
    phases: outcomes,
  });
  return { events: script.events, calls: script.calls };
}

function planOf(dice: Dice, index: number): FrozenPlan {
  const first = dice.whole(0, phaseNames.length - 1);
  const goal = dice.pick(goals);
  const phases = Array.from({ length: dice.whole(1, 4) }, (_, offset) => ({
    id: phaseNames[(first + offset) % phaseNames.length] as string,
    goal: `${goal}: part ${offset + 1}`,
    category: dice.pick(categories),
  }));
  return frozenPlanSchema.parse({
    id: `plan-${index}`,
    goal,
    autonomy: 'gated',
    landingBranch: 'current',
    budget: {},
    landsOn: 'refs/heads/main',
    mergesInto: null,
    tiers: [{ id: 'main', title: 'Main', budget: {}, phases }],
  });
}

type Spec = FrozenPlan['tiers'][number]['phases'][number];

function tellPhase(script: Script, spec: Spec, calls: number): PhaseOutcome {
  const { dice, tell, runId } = script;
  const phaseId = spec.id;
  tell({ type: 'phase-start', stage: 'ACK', phaseId, spec, tierId: 'main', base: hexOf(dice, 40) });
  const attempts = dice.whole(1, 3);
  const lands = dice.next() < 0.8;
  let spend: Spend = noSpend;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const passes = lands && attempt === attempts;
    const scope = { runId, tierId: 'main', phaseId, attempt };
    spend = addSpend(spend, tellAttempt(script, scope, Math.max(1, Math.round(calls / attempts)), passes));
  }
  const commit = lands ? hexOf(dice, 40) : null;
  if (commit) {
    const landing = { commit, parent: hexOf(dice, 40), tree: hexOf(dice, 40), branch: 'refs/heads/main' };
    tell({ type: 'phase-landed', stage: 'COMPLETE', phaseId, landing });
  }
  const state = lands ? 'landed' : 'rejected';
  const reason = lands ? null : 'No attempt passed.';
  tell({
    type: 'phase-end',
    stage: 'COMPLETE',
    phaseId,
    state,
    failure: null,
    reason,
    fault: null,
    attempts,
    commit,
    spend,
  });
  const { tokens, cost } = spend;
  return { id: phaseId, state, reason, attempts, commit, tokens, costMicros: cost.micros, costLabel: cost.label };
}

/** How an attempt came out: what failed decides what is told of it. */
type Outcome = 'landed' | 'check-failed' | 'finding' | 'no-answer';

function outcomeOf({ next }: Dice, passes: boolean): Outcome {
  if (passes) return 'landed';
  const share = next();
  if (share < 0.5) return 'check-failed';
  return share < 0.95 ? 'finding' : 'no-answer';
}

function tellAttempt(script: Script, scope: AttemptScope, calls: number, passes: boolean): Spend {
  const { dice, tell } = script;
  const of = { phaseId: scope.phaseId, attempt: scope.attempt };
  const builder = scope.attempt === 1 ? models[1] : models[0];
  tell({ type: 'attempt-start', stage: 'DISPATCH', ...of, model: builder, reason: 'Chosen by category.' });
  const outcome = outcomeOf(dice, passes);
  const auditor = dice.pick(models);
  // Nobody is asked about a change whose checks failed.
  const reviews = outcome === 'check-failed' ? 0 : 1;
  let spend: Spend = noSpend;
  const told = (role: Role, model: (typeof models)[number]) => {
    spend = addSpend(spend, tellCall(script, scope, role, model));
  };
  for (let number = 0; number < Math.max(1, calls - reviews); number++) told('builder', builder);
  const report = reportOf(dice, outcome !== 'check-failed');
  script.nowMs += (report.results[0]?.seconds ?? 0) * 1000;
  tell({ type: 'checks-end', stage: 'COMPLETE', ...of, report });
  if (reviews > 0) {
    told('auditor', auditor);
    tell({ type: 'audit-end', stage: 'AGGREGATE', ...of, audit: auditOf(dice, outcome, auditor) });
  }
  tell({ type: 'verdict-reached', stage: 'COMPLETE', ...of, verdict: verdictOf(outcome), risk: null });
  return spend;
}

function reportOf(dice: Dice, passed: boolean): CheckReport {
  const result = {
    command: 'npm test',
    outcome: passed ? ('passed' as const) : ('failed' as const),
    exitCode: passed ? 0 : 1,
    seconds: dice.whole(2, 90),
    output: passed ? '42 passed\n' : '41 passed, 1 failed\n',
    outputHash: hexOf(dice, 64),
    tries: 1,
  };
  return { tree: hexOf(dice, 40), results: [result], flags: [], sandbox: 'bubblewrap', withheld: null };
}

function auditOf(dice: Dice, outcome: Outcome, model: string): Audit {
  const failure = outcome === 'no-answer' ? 'no verdict within 180 s' : null;
  const panel = [{ component: 'correctness', model, failure }];
  if (outcome === 'no-answer') {
    const claim = 'The reviewer correctness gave no verdict.';
    return { summary: claim, findings: [findingOf(dice, 'major', 'auditor-error', claim, model)], panel };
  }
  const minors = outcome === 'landed' && dice.next() < 0.7 ? 0 : dice.whole(1, 3);
  const findings = Array.from({ length: minors }, () =>
    findingOf(dice, 'minor', 'quality', 'The name says less than the code does.', model),
  );
  if (outcome === 'finding') {
    findings.unshift(findingOf(dice, 'major', 'correctness', 'The last element is never looked at.', model));
  }
  return { summary: findings.length === 0 ? 'Nothing stands against it.' : 'See the findings.', findings, panel };
}

function findingOf(
  dice: Dice,
  severity: Finding['severity'],
  category: Finding['category'],
  claim: string,
  model: string,
): Finding {
  const file = `src/file-${dice.whole(1, 400)}.ts`;
  const evidence = 'for (let at = 0; at < items.length - 1; at++) {';
  const suggestion = severity === 'major' ? 'Go on to the end.' : null;
  const about = category === 'auditor-error' ? { file: null, line: null } : { file, line: dice.whole(1, 200) };
  const fingerprint = hexOf(dice, 16);
  return { severity, category, ...about, claim, evidence, suggestion, component: 'correctness', model, fingerprint };
}

function verdictOf(outcome: Outcome): Verdict {
  if (outcome === 'landed') return { type: 'land', reasons: ['Risk is low and every check passed.'] };
  const because =
    outcome === 'check-failed'
      ? { kind: 'checks' as const, summary: 'npm test failed.', detail: '1 failed', signature: 'npm test 1' }
      : { kind: 'findings' as const, summary: '1 major finding is open.', detail: outcome, signature: outcome };
  return { type: 'revise', because };
}

function tellCall(script: Script, scope: AttemptScope, role: Role, model: (typeof models)[number]): Spend {
  const { dice, tell, runId } = script;
  const callId = `${runId}-call-${script.calls.length}`;
  const of = { phaseId: scope.phaseId, attempt: scope.attempt };
  const input = dice.whole(800, 9000);
  const tokens: Tokens = { input, cached: Math.floor(input * dice.next() * 0.8), output: dice.whole(50, 1500) };
  const micros = Math.ceil((tokens.input + 4 * tokens.output) * pricePerMillion[model]);
  const cost: Cost = { micros, label: dice.next() < 0.02 ? 'estimated' : 'computed' };
  const seconds = dice.whole(5, 300) / 10;
  const startedAt = new Date(script.nowMs).toISOString();
  tell({
    type: 'call-start',
    stage: 'DISPATCH',
    ...of,
    callId,
    role,
    model,
    reserved: { tokens: tokens.input + 2000, micros: micros * 2 },
  });
  script.nowMs += Math.round(seconds * 1000);
  script.calls.push({
    callId,
    scope,
    role,
    component: role === 'auditor' ? 'correctness' : null,
    model,
    servedBy: model.slice(model.indexOf('/') + 1),
    startedAt,
    seconds,
    system: `Countersign role: ${role}\nKeep to the scope of the phase.`,
    messages: [{ role: 'user', text: `Step ${script.calls.length} of ${scope.phaseId}.` }],
    tools: [],
    toolCalls: [],
    reply: `Looked at src/file-${dice.whole(1, 400)}.ts.`,
    tokens,
    cost,
    fault: null,
  });
  tell({
    type: 'call-end',
    stage: 'COMPLETE',
    ...of,
    callId,
    role,
    model,
    tokens,
    cost,
    seconds,
    overrun: false,
    fault: null,
  });
  return { calls: 1, tokens, cost };
}

function hexOf(dice: Dice, length: number): string {
  let hex = '';
  while (hex.length < length) hex += dice.whole(0, 0xffffff).toString(16).padStart(6, '0');
  return hex.slice(0, length);
}
