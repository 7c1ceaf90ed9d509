import type { Finding } from '../domain/audit.ts';
import { type CheckReport, checksPassed } from '../domain/checks.ts';
import type { EvidenceRow } from '../domain/evidence.ts';
import { evidenceMatrix } from '../domain/evidence-matrix.ts';
import type { Cost } from '../domain/money.ts';
import type { PhaseRecord, RunRecord } from '../domain/run.ts';
import { titleOf } from '../domain/spec.ts';
import { amountOf } from './amount.ts';
import type { CriterionRow, FindingRow, ReviewSummaryView, Tone } from './review-summary.ts';
import { categoryWord, outcomeWord, phaseStateWord, sentenceCase, severityWord } from './state-words.ts';
import { counted, localize } from './words.ts';

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
      ...(phases.length > 1 ? [localize('Phase {0} of {1}', number, phases.length)] : []),
      localize('Attempt {0}', Math.max(1, phase.attempts)),
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
      word: outcome === 'passed' ? localize('Passed') : sentenceCase(outcomeWord(outcome)),
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
      name: usd === undefined ? localize('Phase') : localize('Phase, of {0} cap', `$${usd.toFixed(2)}`),
      amount: amountOf(phase.spend.cost),
    },
  };
}

function standOf({ phase, signable }: SummarySource): Pick<ReviewSummaryView, 'state' | 'stateWord'> {
  if (signable) return { state: 'waits', stateWord: localize('Waits for your signature') };
  if (phase.landing && phase.rolledBack === null)
    return { state: 'landed', stateWord: localize('Landed {0}', phase.landing.commit.slice(0, 7)) };
  if (phase.rolledBack !== null) return { state: 'closed', stateWord: localize('Rolled back') };
  return { state: 'closed', stateWord: sentenceCase(phaseStateWord(phase.state)) };
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
      return {
        tone: 'good',
        headline: localize('Landed'),
        sentence: localize('One commit on {0}. Roll back undoes it.', branch),
      };
    }
    return {
      tone: 'neutral',
      headline: localize('Nothing to sign'),
      sentence: phase.reason ?? localize('This change was decided.'),
    };
  }
  const checks = phase.checks;
  if (standing.stale) {
    const count = counted(Math.max(1, criteria.length), '{0} criterion', '{0} criteria');
    const sentence = localize(
      'You left out {0} and edited {1}. Check again, then approve.',
      counted(standing.rejected, '{0} hunk', '{0} hunks'),
      counted(standing.edited, '{0} hunk', '{0} hunks'),
    );
    return { tone: 'warning', headline: localize('Evidence is out of date for {0}', count), sentence };
  }
  const majors = findings.filter(({ severity }) => severity === 'major').length;
  if (majors > 0) {
    return {
      tone: 'bad',
      headline: counted(majors, '{0} major finding blocks this change', '{0} major findings block this change'),
      sentence: findings[0]?.claim ?? '',
    };
  }
  const reasons = phase.verdict?.type === 'review' || phase.verdict?.type === 'land' ? phase.verdict.reasons : [];
  const ground = [
    groundOfChecks(checks),
    localize('No major finding is open.'),
    ...(moved ? [localize('The branch moved on: checks run again when you approve.')] : []),
    ...reasons,
  ].join(' ');
  const open = criteria.filter(({ tone }) => tone !== 'good').length;
  const passed = checks !== null && checksPassed(checks);
  if (!passed) return { tone: 'warning', headline: localize('Not checked yet'), sentence: ground };
  if (open === 0) return { tone: 'good', headline: localize('Ready to land'), sentence: ground };
  const words = open === 1 ? localize('one criterion not shown') : localize('{0} criteria not shown', open);
  return { tone: 'warning', headline: localize('Ready, with {0}', words), sentence: ground };
}

function groundOfChecks(checks: CheckReport | null): string {
  if (!checks || (checks.withheld === null && checks.results.length === 0)) return localize('No check ran.');
  if (checks.withheld !== null) return checks.withheld;
  return checksPassed(checks) ? localize('Checks passed on this exact tree.') : localize('A check did not pass.');
}

const states: () => Record<EvidenceRow['state'], { readonly word: string; readonly tone: Tone }> = () => ({
  met: { word: localize('Met'), tone: 'good' },
  'not-met': { word: localize('Not met'), tone: 'bad' },
  'not-shown': { word: localize('Not shown'), tone: 'warning' },
});

function criteriaOf({ phase, moved, standing, dismissed }: SummarySource): CriterionRow[] {
  const { spec, staged, checks, audit } = phase;
  if (!staged || !checks || !audit) return [];
  return evidenceMatrix({ spec, staged, checks, audit }).map((row) => {
    const stale = standing.stale || moved || row.stale;
    const state =
      stale && row.state === 'met' ? { word: localize('Out of date'), tone: 'warning' as const } : states()[row.state];
    return {
      ...state,
      criterion: row.criterion,
      because: stale && row.state === 'met' ? localize('What was checked is another change.') : row.because,
      hunks: row.hunks.map(({ file: path, line }) => ({ path, line })),
      checks: row.checks.map(({ command, outcome, exitCode, tree }) => ({
        command,
        detail: localize(
          '{0} · tree {1}',
          exitCode === null ? outcomeWord(outcome) : localize('exit {0}', exitCode),
          tree.slice(0, 6),
        ),
      })),
      findings: row.findings.filter((fingerprint) => !dismissed.has(fingerprint)).length,
    };
  });
}

function findingRow(finding: Finding, { staged }: PhaseRecord): FindingRow {
  const { fingerprint, severity, category, claim, component, confidence, file, line } = finding;
  const record =
    confidence === undefined ? [] : [localize('right in {0} % of its findings here', Math.round(100 * confidence))];
  const reviewer = component.startsWith('scan:') ? localize('built-in check') : localize('{0} reviewer', component);
  const known = file !== null && staged?.files.some(({ path }) => path === file);
  return {
    fingerprint,
    major: severity === 'major',
    claim,
    detail: [sentenceCase(severityWord(severity)), categoryWord(category), [reviewer, ...record].join(', ')].join(
      ' · ',
    ),
    place: known ? { path: file, line: line ?? 1 } : null,
    dismissible: category !== 'auditor-error',
  };
}

function asideOf({ phase, dismissed }: SummarySource): string[] {
  const aside = (phase.audit?.aside ?? []).map(({ claim, because }) => `${claim} (${because})`);
  const byYou = (phase.audit?.findings ?? []).filter(({ fingerprint }) => dismissed.has(fingerprint));
  return [...byYou.map(({ claim }) => localize('{0} (dismissed by you)', claim)), ...aside];
}

function notesOf({ withheld, testEvidence = [], sandbox }: CheckReport): string[] {
  const failing = testEvidence.filter(({ atBase }) => atBase === 'failed').length;
  return [
    ...(withheld === null ? [] : [withheld]),
    ...(testEvidence.length === 0
      ? []
      : [localize('New tests fail without the change: {0} of {1}.', failing, testEvidence.length)]),
    ...(sandbox === 'none' && withheld === null ? [localize('They ran without a sandbox.')] : []),
  ];
}
