import type { ContextReport } from './building.ts';
import { describeControl } from './control.ts';
import { describeFault } from './describe-fault.ts';
import type { EngineEvent, EventOf } from './event.ts';
import type { FileStat } from './patch.ts';

export function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Such as `3 files, +31 −4`. */
export function diffStat(files: readonly FileStat[]): string {
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const removed = files.reduce((sum, file) => sum + file.removed, 0);
  return `${plural(files.length, 'file', 'files')}, +${added} −${removed}`;
}

function seconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
}

/** Such as `1 major finding, 2 minors`. */
export function describeFindings(findings: readonly { readonly severity: string }[]): string {
  const majors = findings.filter((finding) => finding.severity === 'major').length;
  const minors = findings.length - majors;
  if (findings.length === 0) return 'no findings';
  const minorWords: readonly [string, string] = majors > 0 ? ['minor', 'minors'] : ['minor finding', 'minor findings'];
  return [majors && plural(majors, 'major finding', 'major findings'), minors && plural(minors, ...minorWords)]
    .filter(Boolean)
    .join(', ');
}

/** How a landing was taken back, from what `PhaseRecord.rolledBack` says. */
export function describeTakenBack(rolledBack: string): string {
  return rolledBack.startsWith('refs/') ? 'undone' : `rolled back by ${rolledBack.slice(0, 10)}`;
}

/** One line for a person, or null for events that say nothing new to one. */
export function describeEvent(event: EngineEvent): string | null {
  const text = words(event);
  if (text === null) return null;
  return event.phaseId === undefined ? text : `${event.phaseId}  ${text}`;
}

const decisionWords = { approve: 'approved by you', reject: 'rejected by you', revise: 'sent back by you' } as const;

function words(event: EngineEvent): string | null {
  switch (event.type) {
    case 'run-start': {
      const phases = event.plan.tiers.reduce((sum, tier) => sum + tier.phases.length, 0);
      const models = event.recorded
        ? 'recorded replies, no model is called'
        : `Builder ${event.models.builder}, Auditor ${event.models.auditor}`;
      return `Run ${event.runId}: ${event.plan.goal} (${plural(phases, 'phase', 'phases')}, ${event.plan.autonomy})\n${models}`;
    }
    case 'attempt-start':
      return `attempt ${event.attempt}: ${event.model}, ${event.reason}`;
    case 'model-fallback':
      return event.reason;
    case 'call-retry':
      return `${describeFault(event.fault).message} Retries in ${Math.ceil(event.afterSeconds)} s.`;
    case 'drift-found':
      return describeDrift(event);
    case 'context-gathered':
      return describeContext(event.report);
    case 'tool-used':
      return `tool: ${event.use.tool} ${event.use.outcome.replace('-', ' ')}${event.use.detail ? `: ${event.use.detail}` : ''}`;
    case 'candidates-ranked':
      return `candidates: ${event.candidates.map(({ number, rank, reason }) => `${number} is ${rank === 1 ? 'first' : `no. ${rank}`}, ${reason}`).join('; ')}`;
    case 'patch-staged': {
      const { files, repairs } = event.staged;
      return `change: ${diffStat(files)}${repairs.length > 0 ? `, ${plural(repairs.length, 'repair', 'repairs')}` : ''}`;
    }
    case 'patch-refused':
      return describeFault(event.fault).message;
    case 'check-start':
      return `check: ${event.command}`;
    case 'check-end':
      return `check: ${event.result.command} ${event.result.outcome.replace('-', ' ')}, ${seconds(event.result.seconds)}`;
    case 'checks-end':
      return event.report.withheld;
    case 'audit-end':
      return `review: ${describeFindings(event.audit.findings)}`;
    case 'verdict-reached':
      return event.verdict.type === 'revise' || event.verdict.type === 'stop' ? event.verdict.because.summary : null;
    case 'reflection-made':
      return `reflection: ${event.reflection}`;
    case 'budget-warning':
    case 'notice':
      return event.message;
    case 'run-controlled':
      return describeControl({ type: event.control, reason: event.reason });
    case 'tier-end':
      return `tier ${event.tierId}: ${event.state.replace('-', ' ')}${event.reason ? `, ${event.reason}` : ''}`;
    case 'review-requested':
      return `waits for your signature. ${event.reasons.join(' ')}`;
    case 'review-decided':
      return `${decisionWords[event.decision]}${event.note ? `: ${event.note}` : ''}`;
    case 'phase-landed':
      return `landed as ${event.landing.commit.slice(0, 10)} on ${event.landing.branch.replace('refs/heads/', '')}`;
    case 'phase-rolled-back':
      return describeTakenBack(event.commit);
    case 'phase-undone':
      return `${describeTakenBack(event.kept)}: ${event.landing.commit.slice(0, 10)} is off ${event.landing.branch.replace('refs/heads/', '')}`;
    case 'phase-end':
      return describeEnd(event);
    default:
      return null;
  }
}

function describeDrift({ base, known, paths }: EventOf<'drift-found'>): string {
  const commit = base.slice(0, 10);
  if (!known) return `the spec was written against ${commit}, which is not in this repository`;
  const named = paths.slice(0, 5).join(', ');
  const more = paths.length > 5 ? ` and ${paths.length - 5} more` : '';
  return `the spec was written against ${commit}; since then ${named}${more} changed in its scope`;
}

/** Such as `context: 7 parts, about 4,100 of 32,000 tokens; 2 left out; text-search timed out`. */
function describeContext({ shown, usedTokens, budgetTokens, cut, gatherers }: ContextReport): string {
  const amount = (tokens: number) => tokens.toLocaleString('en');
  const parts = [
    `context: ${plural(shown.length, 'part', 'parts')}, about ${amount(usedTokens)} of ${amount(budgetTokens)} tokens`,
  ];
  if (cut.length > 0) parts.push(`${cut.length} left out`);
  for (const { name, outcome } of gatherers) if (outcome !== 'done') parts.push(`${name} ${outcome.replace('-', ' ')}`);
  return parts.join('; ');
}

/** Landing and waiting say so themselves; why a change was refused stands in the line before. */
function describeEnd({ state, reason, fault }: Extract<EngineEvent, { type: 'phase-end' }>): string | null {
  if (state === 'landed' || state === 'awaiting-review') return null;
  return fault || state === 'cancelled' ? `${state}: ${reason ?? ''}` : state;
}
