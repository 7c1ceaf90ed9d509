import { describeFault } from './describe-fault.ts';
import type { EngineEvent } from './event.ts';
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
    case 'call-retry':
      return `${describeFault(event.fault).message} Retries in ${Math.ceil(event.afterSeconds)} s.`;
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
    case 'review-requested':
      return `waits for your signature. ${event.reasons.join(' ')}`;
    case 'review-decided':
      return `${decisionWords[event.decision]}${event.note ? `: ${event.note}` : ''}`;
    case 'phase-landed':
      return `landed as ${event.landing.commit.slice(0, 10)} on ${event.landing.branch.replace('refs/heads/', '')}`;
    case 'phase-rolled-back':
      return `rolled back by ${event.commit.slice(0, 10)}`;
    case 'phase-end':
      return describeEnd(event);
    default:
      return null;
  }
}

/** Landing and waiting say so themselves; why a change was refused stands in the line before. */
function describeEnd({ state, reason, fault }: Extract<EngineEvent, { type: 'phase-end' }>): string | null {
  if (state === 'landed' || state === 'awaiting-review') return null;
  return fault || state === 'cancelled' ? `${state}: ${reason ?? ''}` : state;
}
