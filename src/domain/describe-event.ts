import type { ContextReport } from './building.ts';
import { describeControl } from './control.ts';
import { describeFault } from './describe-fault.ts';
import type { EngineEvent, EventOf } from './event.ts';
import { counted, inEnglish, type Localize } from './localize.ts';
import type { FileStat } from './patch.ts';
import type { Promotion } from './promotion.ts';

export function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Such as `3 files, +31 −4`. */
export function diffStat(files: readonly FileStat[], localize: Localize = inEnglish): string {
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const removed = files.reduce((sum, file) => sum + file.removed, 0);
  const changed = counted(localize, files.length, '{0} file', '{0} files');
  return `${changed}, +${added} −${removed}`;
}

function seconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
}

/** Such as `1 major finding, 2 minors`. */
export function describeFindings(
  findings: readonly { readonly severity: string }[],
  localize: Localize = inEnglish,
): string {
  const majors = findings.filter((finding) => finding.severity === 'major').length;
  const minors = findings.length - majors;
  if (findings.length === 0) return localize('no findings');
  const alone = majors === 0;
  return [
    majors > 0 && counted(localize, majors, '{0} major finding', '{0} major findings'),
    minors > 0 && alone && counted(localize, minors, '{0} minor finding', '{0} minor findings'),
    minors > 0 && !alone && counted(localize, minors, '{0} minor', '{0} minors'),
  ]
    .filter((words) => words !== false)
    .join(', ');
}

/** How a landing was taken back, from what `PhaseRecord.rolledBack` says. */
export function describeTakenBack(rolledBack: string, localize: Localize = inEnglish): string {
  return rolledBack.startsWith('refs/') ? localize('undone') : localize`rolled back by ${rolledBack.slice(0, 10)}`;
}

/** One line for a person, or null for events that say nothing new to one. */
export function describeEvent(event: EngineEvent, localize: Localize = inEnglish): string | null {
  const text = words(event, localize);
  if (text === null) return null;
  return event.phaseId === undefined ? text : `${event.phaseId}  ${text}`;
}

function decisionWord(decision: EventOf<'review-decided'>['decision'], localize: Localize): string {
  if (decision === 'approve') return localize('approved by you');
  return decision === 'reject' ? localize('rejected by you') : localize('sent back by you');
}

function words(event: EngineEvent, localize: Localize): string | null {
  switch (event.type) {
    case 'run-start': {
      const phases = event.plan.tiers.reduce((sum, tier) => sum + tier.phases.length, 0);
      const models = event.recorded
        ? localize('recorded replies, no model is called')
        : localize`Builder ${event.models.builder}, Auditor ${event.models.auditor}`;
      const counts = counted(localize, phases, '{0} phase', '{0} phases');
      const run = localize`Run ${event.runId}: ${event.plan.goal} (${counts}, ${event.plan.autonomy})`;
      return `${run}\n${models}`;
    }
    case 'attempt-start':
      return localize`attempt ${String(event.attempt)}: ${event.model}, ${event.reason}`;
    case 'model-fallback':
      return event.reason;
    case 'call-retry':
      return localize`${describeFault(event.fault, localize).message} Retries in ${Math.ceil(event.afterSeconds)} s.`;
    case 'drift-found':
      return describeDrift(event, localize);
    case 'context-gathered':
      return describeContext(event.report, localize);
    case 'tool-used':
      return localize`tool: ${event.use.tool} ${event.use.outcome.replace('-', ' ')}${event.use.detail ? `: ${event.use.detail}` : ''}`;
    case 'candidates-ranked':
      return localize`candidates: ${event.candidates.map((candidate) => describeRank(candidate, localize)).join('; ')}`;
    case 'patch-staged': {
      const { files, repairs } = event.staged;
      return localize`change: ${diffStat(files, localize)}${repairs.length > 0 ? `, ${counted(localize, repairs.length, '{0} repair', '{0} repairs')}` : ''}`;
    }
    case 'patch-refused':
      return describeFault(event.fault, localize).message;
    case 'check-start':
      return localize`check: ${event.command}`;
    case 'check-end':
      return localize`check: ${event.result.command} ${event.result.outcome.replace('-', ' ')}, ${seconds(event.result.seconds)}`;
    case 'checks-end':
      return event.report.withheld;
    case 'audit-end':
      return localize`review: ${describeFindings(event.audit.findings, localize)}`;
    case 'verdict-reached':
      return event.verdict.type === 'revise' || event.verdict.type === 'stop' ? event.verdict.because.summary : null;
    case 'reflection-made':
      return localize`reflection: ${event.reflection}`;
    case 'budget-warning':
    case 'notice':
      return event.message;
    case 'deployment-end':
      return event.deployment.reason;
    case 'run-controlled':
      return describeControl({ type: event.control, reason: event.reason }, localize);
    case 'run-promoted':
      return describePromotion(event.promotion, localize);
    case 'tier-end':
      return localize`tier ${event.tierId}: ${event.state.replace('-', ' ')}${event.reason ? `, ${event.reason}` : ''}`;
    case 'review-requested':
      return localize`waits for your signature. ${event.reasons.join(' ')}`;
    case 'review-decided':
      return `${decisionWord(event.decision, localize)}${event.note ? `: ${event.note}` : ''}`;
    case 'phase-landed':
      return localize`landed as ${event.landing.commit.slice(0, 10)} on ${event.landing.branch.replace('refs/heads/', '')}`;
    case 'phase-rolled-back':
      return describeTakenBack(event.commit, localize);
    case 'phase-undone':
      return localize`${describeTakenBack(event.kept, localize)}: ${event.landing.commit.slice(0, 10)} is off ${event.landing.branch.replace('refs/heads/', '')}`;
    case 'phase-end':
      return describeEnd(event);
    default:
      return null;
  }
}

function describeRank(
  { number, rank, reason }: EventOf<'candidates-ranked'>['candidates'][number],
  localize: Localize,
): string {
  return rank === 1 ? localize`${number} is first, ${reason}` : localize`${number} is no. ${String(rank)}, ${reason}`;
}

/** Such as `merged into main as 1a2b3c4d5e`. */
export function describePromotion({ how, into, commit, url }: Promotion, localize: Localize = inEnglish): string {
  const branch = into.replace('refs/heads/', '');
  if (how === 'pull-request') return localize`proposed for ${branch}: ${url ?? ''}`;
  const words = how === 'merge' ? localize`merged into ${branch} as` : localize`${branch} went on to`;
  return `${words} ${commit.slice(0, 10)}`;
}

function describeDrift({ base, known, paths }: EventOf<'drift-found'>, localize: Localize): string {
  const commit = base.slice(0, 10);
  if (!known) return localize`the spec was written against ${commit}, which is not in this repository`;
  const named = paths.slice(0, 5).join(', ');
  const more = paths.length > 5 ? localize` and ${paths.length - 5} more` : '';
  return localize`the spec was written against ${commit}; since then ${named}${more} changed in its scope`;
}

/** Such as `context: 7 parts, about 4,100 of 32,000 tokens; 2 left out; text-search timed out`. */
function describeContext(
  { shown, usedTokens, budgetTokens, cut, gatherers }: ContextReport,
  localize: Localize,
): string {
  const amount = (tokens: number) => tokens.toLocaleString('en');
  const parts = [
    localize`context: ${counted(localize, shown.length, '{0} part', '{0} parts')}, about ${amount(usedTokens)} of ${amount(budgetTokens)} tokens`,
  ];
  if (cut.length > 0) parts.push(localize`${cut.length} left out`);
  for (const { name, outcome } of gatherers) if (outcome !== 'done') parts.push(`${name} ${outcome.replace('-', ' ')}`);
  return parts.join('; ');
}

/** Landing and waiting say so themselves; why a change was refused stands in the line before. */
function describeEnd({ state, reason, fault }: Extract<EngineEvent, { type: 'phase-end' }>): string | null {
  if (state === 'landed' || state === 'awaiting-review') return null;
  return fault || state === 'cancelled' ? `${state}: ${reason ?? ''}` : state;
}
