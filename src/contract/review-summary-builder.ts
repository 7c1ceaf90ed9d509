import type { Finding } from '../domain/audit.ts';
import { type CheckReport, checksPassed } from '../domain/checks.ts';
import { plural } from '../domain/describe-event.ts';
import type { EvidenceRow } from '../domain/evidence.ts';
import { evidenceMatrix } from '../domain/evidence-matrix.ts';
import type { Cost } from '../domain/money.ts';
import type { PhaseRecord, RunRecord } from '../domain/run.ts';
import { titleOf } from '../domain/spec.ts';
import { amountOf } from './amount.ts';
import type { CriterionRow, FindingRow, ReviewSummaryView, Tone } from './review-summary.ts';

/** What the view is made of. */
export interface SummarySource {
  readonly run: RunRecord;
  readonly phase: PhaseRecord;
  readonly signable: boolean;
  /** The branch it is to land on is not where it was checked. */
  readonly moved: boolean;
  readonly dismissed: ReadonlySet<string>;
  readonly standing: ReviewSummaryView['standing'];
  /** Hunks of each file: all, those that are kept, and where the first one stands. */
  readonly files: ReadonlyMap<string, { readonly hunks: number; readonly kept: number; readonly line: number }>;
  readonly costs: readonly { readonly name: string; readonly cost: Cost }[];
}

export function reviewSummaryOf(source: SummarySource): ReviewSummaryView {
  const { run, phase, standing } = source;
  const phases = run.plan.tiers.flatMap((tier) => tier.phases);
  const number = phases.findIndex(({ id }) => id === phase.id) + 1;
  const findings = openFindings(source);
  const criteria = criteriaOf(source);
  const usd = phase.spec.budget?.usd;
  return {
    runId: run.id,
    phaseId: phase.id,
    title: titleOf(phase.spec),
    trail: [
      ...(phases.length > 1 ? [run.plan.goal.split('\n', 1)[0] ?? ''] : []),
      ...(phases.length > 1 ? [`Phase ${number} of ${phases.length}`] : []),
      `Attempt ${Math.max(1, phase.attempts)}`,
    ],
    ...standOf(source),
    ...verdictOf(source, criteria, findings),
    standing,
    criteria,
    findings: findings.map((finding) => findingRow(finding, phase)),
    aside: asideOf(source),
    risk: phase.risk,
    checks: (phase.checks?.results ?? []).map(({ command, outcome, seconds, output }) => ({
      command,
      word: outcome === 'passed' ? 'Passed' : sentenceCase(outcome.replace('-', ' ')),
      tone: outcome === 'passed' ? 'good' : 'bad',
      seconds,
      output,
    })),
    checkNotes: phase.checks ? notesOf(phase.checks) : [],
    files: (phase.staged?.files ?? []).map(({ path, added, removed }) => {
      const { hunks, kept, line } = source.files.get(path) ?? { hunks: 1, kept: 1, line: 1 };
      return { path, line, added, removed, hunks, kept };
    }),
    costs: source.costs.map(({ name, cost }) => ({ name, amount: amountOf(cost) })),
    total: {
      name: usd === undefined ? 'Phase' : `Phase, of $${usd.toFixed(2)} cap`,
      amount: amountOf(phase.spend.cost),
    },
  };
}

const sentenceCase = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

function standOf({ phase, signable }: SummarySource): Pick<ReviewSummaryView, 'state' | 'stateWord'> {
  if (signable) return { state: 'waits', stateWord: 'Waits for your signature' };
  if (phase.landing && phase.rolledBack === null)
    return { state: 'landed', stateWord: `Landed ${phase.landing.commit.slice(0, 7)}` };
  if (phase.rolledBack !== null) return { state: 'closed', stateWord: 'Rolled back' };
  return { state: 'closed', stateWord: sentenceCase(phase.state.replace('-', ' ')) };
}

function openFindings({ phase, dismissed }: SummarySource): readonly Finding[] {
  return (phase.audit?.findings ?? []).filter(({ fingerprint }) => !dismissed.has(fingerprint));
}

type Verdict = Pick<ReviewSummaryView, 'tone' | 'headline' | 'sentence'>;

/** What a person should know before they sign, the gravest first. */
function verdictOf(source: SummarySource, criteria: readonly CriterionRow[], findings: readonly Finding[]): Verdict {
  const { phase, standing, signable, moved } = source;
  if (!signable) {
    const landed = phase.landing !== null && phase.rolledBack === null;
    if (landed) {
      const branch = phase.landing?.branch.replace('refs/heads/', '') ?? '';
      return { tone: 'good', headline: 'Landed', sentence: `One commit on ${branch}. Roll back undoes it.` };
    }
    return { tone: 'neutral', headline: 'Nothing to sign', sentence: phase.reason ?? 'This change was decided.' };
  }
  const checks = phase.checks;
  if (standing.stale) {
    const count = plural(Math.max(1, criteria.length), 'criterion', 'criteria');
    const sentence = `You left out ${plural(standing.rejected, 'hunk', 'hunks')} and edited ${plural(standing.edited, 'hunk', 'hunks')}. Check again, then approve.`;
    return { tone: 'warning', headline: `Evidence is out of date for ${count}`, sentence };
  }
  const majors = findings.filter(({ severity }) => severity === 'major').length;
  if (majors > 0) {
    const blocks = majors === 1 ? 'finding blocks' : 'findings block';
    return { tone: 'bad', headline: `${majors} major ${blocks} this change`, sentence: findings[0]?.claim ?? '' };
  }
  const reasons = phase.verdict?.type === 'review' || phase.verdict?.type === 'land' ? phase.verdict.reasons : [];
  const ground = [
    groundOfChecks(checks),
    'No major finding is open.',
    ...(moved ? ['The branch moved on: checks run again when you approve.'] : []),
    ...reasons,
  ].join(' ');
  const open = criteria.filter(({ tone }) => tone !== 'good').length;
  const passed = checks !== null && checksPassed(checks);
  if (!passed) return { tone: 'warning', headline: 'Not checked yet', sentence: ground };
  if (open === 0) return { tone: 'good', headline: 'Ready to land', sentence: ground };
  const words = open === 1 ? 'one criterion not shown' : `${open} criteria not shown`;
  return { tone: 'warning', headline: `Ready, with ${words}`, sentence: ground };
}

function groundOfChecks(checks: CheckReport | null): string {
  if (!checks || (checks.withheld === null && checks.results.length === 0)) return 'No check ran.';
  if (checks.withheld !== null) return checks.withheld;
  return checksPassed(checks) ? 'Checks passed on this exact tree.' : 'A check did not pass.';
}

const states: Record<EvidenceRow['state'], { readonly word: string; readonly tone: Tone }> = {
  met: { word: 'Met', tone: 'good' },
  'not-met': { word: 'Not met', tone: 'bad' },
  'not-shown': { word: 'Not shown', tone: 'warning' },
};

function criteriaOf({ phase, moved, standing, dismissed }: SummarySource): CriterionRow[] {
  const { spec, staged, checks, audit } = phase;
  if (!staged || !checks || !audit) return [];
  return evidenceMatrix({ spec, staged, checks, audit }).map((row) => {
    const stale = standing.stale || moved || row.stale;
    const state = stale && row.state === 'met' ? { word: 'Out of date', tone: 'warning' as const } : states[row.state];
    return {
      ...state,
      criterion: row.criterion,
      because: stale && row.state === 'met' ? 'What was checked is another change.' : row.because,
      hunks: row.hunks.map(({ file: path, line }) => ({ path, line })),
      checks: row.checks.map(({ command, outcome, exitCode, tree }) => ({
        command,
        detail: `${exitCode === null ? outcome.replace('-', ' ') : `exit ${exitCode}`} · tree ${tree.slice(0, 6)}`,
      })),
      findings: row.findings.filter((fingerprint) => !dismissed.has(fingerprint)).length,
    };
  });
}

function findingRow(finding: Finding, { staged }: PhaseRecord): FindingRow {
  const { fingerprint, severity, category, claim, component, confidence, file, line } = finding;
  const record = confidence === undefined ? [] : [`right in ${Math.round(100 * confidence)} % of its findings here`];
  const reviewer = component.startsWith('scan:') ? 'built-in check' : `${component} reviewer`;
  const known = file !== null && staged?.files.some(({ path }) => path === file);
  return {
    fingerprint,
    major: severity === 'major',
    claim,
    detail: [sentenceCase(severity), category.replace('-', ' '), [reviewer, ...record].join(', ')].join(' · '),
    place: known ? { path: file, line: line ?? 1 } : null,
    dismissible: category !== 'auditor-error',
  };
}

function asideOf({ phase, dismissed }: SummarySource): string[] {
  const aside = (phase.audit?.aside ?? []).map(({ claim, because }) => `${claim} (${because})`);
  const byYou = (phase.audit?.findings ?? []).filter(({ fingerprint }) => dismissed.has(fingerprint));
  return [...byYou.map(({ claim }) => `${claim} (dismissed by you)`), ...aside];
}

function notesOf({ withheld, testEvidence = [], sandbox }: CheckReport): string[] {
  const failing = testEvidence.filter(({ atBase }) => atBase === 'failed').length;
  return [
    ...(withheld === null ? [] : [withheld]),
    ...(testEvidence.length === 0 ? [] : [`New tests fail without the change: ${failing} of ${testEvidence.length}.`]),
    ...(sandbox === 'none' && withheld === null ? ['They ran without a sandbox.'] : []),
  ];
}
