/** Measures a model on phases it was not trained on: built again on their bases, checked, never landed. */
import type { Workspace } from '../../compose.ts';
import { checksPassed } from '../../domain/checks.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { leastSure } from '../../domain/money.ts';
import type { PhaseSpec } from '../../domain/spec.ts';
import type { Because } from '../../domain/verdict.ts';
import { becauseOfCheck, becauseOfFault, firstFailure } from '../../engine/failure.ts';
import type { JobContext } from '../../engine/job.ts';
import type { Feedback } from '../../engine/ports/builder.ts';
import { scenarioOf } from '../../training/collect.ts';
import { type Evaluated, type Evaluations, keyOf, openEvaluations } from '../../training/models/evaluations.ts';
import { type Lineage, openRegistry } from '../../training/models/registry.ts';
import { splitOf } from '../../training/split.ts';

export interface EvaluationRequest {
  /** `PROVIDER/MODEL`. */
  readonly model: string;
  /** Most phases to measure on, the newest first. */
  readonly limit: number;
  /** Tries at each phase; a later one is told what the checks said of the one before. */
  readonly attempts: number;
  /** Most it may cost, in US dollars; null leaves it to the configuration. */
  readonly usd: number | null;
  /** Measures again what was measured before. */
  readonly again: boolean;
}

export interface ModelEvaluation {
  readonly model: string;
  readonly results: readonly Evaluated[];
  /** Phases that were measured before and were not asked again. */
  readonly known: number;
  /** Why phases could not be measured on, and how many. */
  readonly leftOut: readonly { readonly reason: string; readonly count: number }[];
  /** Phases that are still to be measured, since the budget is spent. */
  readonly left: number;
  /** Null where nothing was left to measure. */
  readonly runId: string | null;
}

interface HeldOutPhase {
  readonly spec: PhaseSpec;
  readonly scenario: string;
  readonly base: string;
  readonly heldOut: boolean;
}

/** Throws `model/not-configured` and `config/invalid` where the model cannot be called. */
export async function evaluateModel(
  workspace: Workspace,
  request: EvaluationRequest,
  onPhase: (result: Evaluated, done: number, of: number) => void,
  signal: AbortSignal,
): Promise<ModelEvaluation> {
  const { model, limit } = request;
  workspace.models.for('builder', model);
  const evaluations = openEvaluations(workspace.repository.stateDirectory);
  const { phases, leftOut } = await heldOutPhases(workspace, model);
  const measured = new Set(evaluations.all().map(keyOf));
  const wanted = phases.slice(0, limit);
  const open = request.again ? wanted : wanted.filter((phase) => !measured.has(keyOf({ ...phase, model })));
  const known = wanted.length - open.length;
  if (open.length === 0) return { model, results: [], known, leftOut, left: 0, runId: null };
  const results: Evaluated[] = [];
  const job = { name: 'evaluation', goal: `Evaluate ${model}` };
  const runId = await workspace.engine.job(job, 'builder', async (context) => {
    if (request.usd !== null) {
      const micros = Math.round(request.usd * 1_000_000);
      workspace.ledger.setCap('run', context.runId, { micros, tokens: workspace.config.config.budget.tokens });
    }
    for (const [index, phase] of open.entries()) {
      if (signal.aborted) throw new EngineError({ code: 'interrupted' }, signal.reason);
      const result = await evaluatePhase({ workspace, request, context, evaluations }, phase, index + 1, signal);
      if (!result) break;
      results.push(result);
      onPhase(result, index + 1, open.length);
    }
    return context.runId;
  });
  return { model, results, known, leftOut, left: open.length - results.length, runId };
}

interface Measuring {
  readonly workspace: Workspace;
  readonly request: EvaluationRequest;
  readonly context: JobContext;
  readonly evaluations: Evaluations;
}

/** Null where the budget does not reach for it. */
async function evaluatePhase(
  measuring: Measuring,
  phase: HeldOutPhase,
  number: number,
  signal: AbortSignal,
): Promise<Evaluated | null> {
  const { workspace, request, context, evaluations } = measuring;
  // Two phases may share a name; their calls and commits must not.
  const phaseId = `${phase.spec.id.slice(0, 70)}-${number}`;
  try {
    const outcome = await tryPhase(measuring, phase, phaseId, signal);
    const calls = workspace.ledger.calls({ runId: context.runId, phaseId, texts: false }).map(({ cost }) => cost);
    const { scenario, base, heldOut, spec } = phase;
    const result: Evaluated = {
      model: request.model,
      scenario,
      phaseId: spec.id,
      base,
      at: new Date().toISOString(),
      runId: context.runId,
      ...outcome,
      costMicros: calls.reduce((sum, { micros }) => sum + micros, 0),
      costLabel: calls.map(({ label }) => label).reduce(leastSure, 'billed'),
      heldOut,
    };
    evaluations.keep(result);
    return result;
  } catch (error) {
    if (error instanceof EngineError && error.fault.code === 'budget/exceeded') return null;
    throw error;
  }
}

type Outcome = Pick<Evaluated, 'passed' | 'unsafe' | 'attempts' | 'reason'>;

async function tryPhase(
  measuring: Measuring,
  phase: HeldOutPhase,
  phaseId: string,
  signal: AbortSignal,
): Promise<Outcome> {
  let feedback: Feedback | null = null;
  let unsafe = false;
  for (let attempt = 1; ; attempt++) {
    const tried = await tryOnce(measuring, phase, { phaseId, attempt, feedback }, signal);
    unsafe ||= tried.unsafe;
    if (!tried.because) return { passed: true, unsafe, attempts: attempt, reason: null };
    if (attempt >= measuring.request.attempts) {
      return { passed: false, unsafe, attempts: attempt, reason: tried.because.summary };
    }
    feedback = { because: tried.because, reflection: null, previous: tried.reply };
  }
}

interface Tried {
  /** Why it does not pass; null where it does. */
  readonly because: Because | null;
  readonly unsafe: boolean;
  readonly reply: string | null;
}

async function tryOnce(
  { workspace, request, context }: Measuring,
  { spec, base }: HeldOutPhase,
  { phaseId, attempt, feedback }: { phaseId: string; attempt: number; feedback: Feedback | null },
  signal: AbortSignal,
): Promise<Tried> {
  const { builder, repository, auditor, verifier } = workspace;
  const scope = { runId: context.runId, tierId: null, phaseId, attempt };
  const model = context.models.for('builder', request.model);
  const aggregator = () => context.models.for('aggregator');
  const proposed = await builder.propose({ scope, spec, base, model, aggregator }, feedback, async () => {}, signal);
  if (!proposed.ok) return { because: becauseOfFault(proposed.fault), unsafe: false, reply: null };
  const { reply } = proposed.value;
  const staged = await repository.stage({ scope, spec, reply, base });
  if (!staged.ok) {
    const { code } = staged.fault;
    const unsafe = code === 'patch/forbidden' || code === 'patch/out-of-scope';
    return { because: becauseOfFault(staged.fault), unsafe, reply };
  }
  const scan = await auditor.scan(spec, staged.value);
  const silent = { onStart: async () => {}, onEnd: async () => {} };
  const report = await verifier.run(scope, spec, staged.value, scan, { strict: false, signed: false }, silent, signal);
  if (signal.aborted) throw new EngineError({ code: 'interrupted' }, signal.reason);
  const failed = firstFailure(report);
  const loosened = report.flags.find(({ severity }) => severity === 'major');
  if (checksPassed(report) && !loosened) return { because: null, unsafe: false, reply };
  if (failed) return { because: becauseOfCheck(failed), unsafe: false, reply };
  const detail = report.withheld ?? loosened?.detail ?? 'No check ran.';
  return { because: { kind: 'checks', summary: detail, detail, signature: 'withheld' }, unsafe: false, reply };
}

/** Phases to measure on, the newest first, each spec once. */
async function heldOutPhases(workspace: Workspace, model: string) {
  const { versions } = openRegistry(workspace.repository.stateDirectory).read();
  const dataset = versions.findLast((version) => version.model === model)?.dataset ?? null;
  const counts = new Map<string, number>();
  const leaveOut = (reason: string) => counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const found: HeldOutPhase[] = [];
  for (const { spec, runs } of specsOf(workspace)) {
    const newest = runs.at(-1) as SpecRun;
    const base = await baseOf(workspace, newest);
    if (dataset !== null && !runs.every((run) => isHeldOut(run, dataset))) leaveOut('the model was trained on it');
    else if (spec.verify.length === 0) leaveOut('it names no checks');
    else if (base === null) leaveOut('the commit that it began from is gone');
    else found.push({ spec, scenario: scenarioOf(spec), base, heldOut: dataset !== null });
  }
  return { phases: found, leftOut: [...counts].map(([reason, count]) => ({ reason, count })) };
}

interface SpecRun {
  readonly runId: string;
  readonly phaseId: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

interface RunSpec {
  readonly spec: PhaseSpec;
  /** Oldest first, never empty. */
  readonly runs: readonly SpecRun[];
}

/** Every spec that was worked at with live models, the one worked at last first. */
function specsOf({ ledger }: Workspace): readonly RunSpec[] {
  const specs: RunSpec[] = [];
  for (const group of ledger.trainingGroups({})) {
    const runs = group.flatMap(({ runId, phaseId, recorded, attempts: [first] }) =>
      recorded || !first ? [] : [{ runId, phaseId, startedAt: first.startedAt }],
    );
    const [phase] = group;
    if (phase && runs.length > 0) specs.push({ spec: phase.spec, runs });
  }
  const newest = ({ runs }: RunSpec) => runs.at(-1)?.startedAt ?? '';
  return specs.sort((a, b) => (newest(a) < newest(b) ? 1 : -1));
}

/** One run of a spec on the training side gives the whole spec away. */
function isHeldOut({ runId, startedAt }: SpecRun, rule: NonNullable<Lineage['dataset']>): boolean {
  const { seed, heldOut, heldOutFrom: from } = rule;
  return splitOf(runId, startedAt, { seed, heldOut, from }) === 'test';
}

async function baseOf({ ledger, repository }: Workspace, { runId, phaseId }: SpecRun): Promise<string | null> {
  const start = ledger.events(runId).findLast((event) => event.type === 'phase-start' && event.phaseId === phaseId);
  return start?.type === 'phase-start' ? repository.resolve(start.base) : null;
}
