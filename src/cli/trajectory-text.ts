import type { Workspace } from '../compose.ts';
import { plural } from '../domain/describe-event.ts';
import { describeFault } from '../domain/describe-fault.ts';
import type { EngineEvent } from '../domain/event.ts';
import { formatCost, type Spend } from '../domain/money.ts';
import type { PhaseRecord, RunRecord } from '../domain/run.ts';

type Reads = Workspace['ledger'];
type Call = ReturnType<Reads['calls']>[number];
type Attempt = ReturnType<Reads['attempts']>[number];

/** A run with every step of its phases, as `--json` prints it. */
export interface Trajectory {
  readonly run: Omit<RunRecord, 'phases'>;
  readonly phases: readonly {
    readonly phase: PhaseRecord;
    readonly attempts: readonly Attempt[];
    readonly calls: readonly Call[];
    readonly events: readonly EngineEvent[];
  }[];
}

type Phase = Trajectory['phases'][number];

/** A trajectory for a person, step by step in its order. */
export function trajectoryLines({ run, phases }: Trajectory): readonly string[] {
  return [
    `run ${run.id} · ${run.state} · ${spendText(run.spend)}`,
    run.plan.goal,
    `started ${run.startedAt}${run.endedAt ? `, ended ${run.endedAt}` : ''}`,
    ...(run.recorded ? ['Its replies came from a recording.'] : []),
    ...phases.flatMap((phase) => ['', ...phaseLines(phase)]),
  ];
}

function phaseLines({ phase, attempts, calls, events }: Phase): readonly string[] {
  const { id, spec, state, reason, spend } = phase;
  return [
    `phase ${id} · ${state} · ${plural(phase.attempts, 'attempt', 'attempts')} · ${spendText(spend)}`,
    ...indent(spec.goal),
    ...(reason ? [`  ${reason}`] : []),
    ...attempts.flatMap((attempt) => ['', ...attemptLines(attempt, calls, events)]),
    ...(phase.landing ? ['', `  landed ${phase.landing.commit}${phase.rolledBack ? ', taken back since' : ''}`] : []),
  ];
}

function attemptLines(attempt: Attempt, calls: readonly Call[], events: readonly EngineEvent[]): readonly string[] {
  const { attempt: number, model, reason, spend, arm, version } = attempt;
  const ofAttempt = events.filter((event) => event.attempt === number);
  const steps = [
    ...calls
      .filter(({ scope }) => scope.attempt === number)
      .map((call) => ({ at: call.startedAt, lines: callLines(call) })),
    ...ofAttempt.map((event) => ({ at: event.at, lines: eventLines(event) })),
  ].sort((a, b) => a.at.localeCompare(b.at));
  return [
    `  attempt ${number} · ${model} · ${spendText(spend)}`,
    `    why this model: ${reason}`,
    ...(arm === null ? [] : [`    arm: ${arm} of ${version}`]),
    ...steps.flatMap(({ lines }) => lines.map((line) => `    ${line}`)),
  ];
}

function callLines(call: Call): readonly string[] {
  const { role, component, model, tokens, cost, seconds, fault } = call;
  const who = component ? `${role ?? 'call'}:${component}` : (role ?? 'call');
  const took = seconds === null ? call.state : `${seconds.toFixed(1)} s`;
  return [
    `call ${who} · ${model} · ${took} · ${tokens.input} → ${tokens.output} · ${formatCost(cost)}`,
    ...(call.system === null ? ['  its prompt and reply are not kept'] : labelled('system', call.system)),
    ...(call.messages ?? []).flatMap((message) => labelled(message.role, message.text)),
    ...(call.reply === null ? [] : labelled('reply', call.reply)),
    ...(fault ? [`  ${describeFault(fault).message}`] : []),
  ];
}

/** Steps that are no calls; what the calls tell already is left out. */
function eventLines(event: EngineEvent): readonly string[] {
  switch (event.type) {
    case 'patch-staged':
      return [`patch on ${event.staged.base.slice(0, 10)}: ${event.summary}`, ...indent(event.staged.patch)];
    case 'patch-refused':
      return [`patch refused: ${describeFault(event.fault).message}`];
    case 'check-end': {
      const { command, outcome, exitCode, seconds, output } = event.result;
      return [
        `check ${command} · ${outcome} (${exitCode ?? 'no exit code'}) · ${seconds.toFixed(1)} s`,
        ...indent(output),
      ];
    }
    case 'audit-end':
      return [
        `audit: ${event.audit.summary}`,
        ...event.audit.findings.map(
          ({ severity, category, file, line, claim }) =>
            `  ${severity} ${category}${file ? ` ${file}${line ? `:${line}` : ''}` : ''}: ${claim}`,
        ),
      ];
    case 'verdict-reached':
      return [`verdict: ${event.verdict.type}`, ...verdictLines(event.verdict)];
    case 'reflection-made':
      return labelled('reflection', event.reflection);
    case 'notice':
      return [event.message];
    default:
      return [];
  }
}

function verdictLines(verdict: Extract<EngineEvent, { type: 'verdict-reached' }>['verdict']): readonly string[] {
  return 'reasons' in verdict ? verdict.reasons.map((reason) => `  ${reason}`) : [`  ${verdict.because.summary}`];
}

function spendText({ calls, tokens, cost }: Spend): string {
  return `${plural(calls, 'call', 'calls')} · ${tokens.input} → ${tokens.output} · ${formatCost(cost)}`;
}

function labelled(label: string, text: string): readonly string[] {
  return [`  [${label}]`, ...indent(text)];
}

function indent(text: string): readonly string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
}
