import type { Audit, CriterionOpinion, Finding } from './audit.ts';
import type { Claim } from './building.ts';
import { type CheckReport, checksPassed } from './checks.ts';
import type { EvidenceRow, HunkPlace } from './evidence.ts';
import type { Staged } from './proposal.ts';
import { type DiffFile, readDiff } from './read-diff.ts';
import type { PhaseSpec } from './spec.ts';

/** What the evidence of a phase is derived from. */
export interface EvidenceSource {
  readonly spec: Pick<PhaseSpec, 'acceptance'>;
  readonly staged: Pick<Staged, 'tree' | 'patch'>;
  readonly checks: CheckReport;
  readonly audit: Audit;
}

/**
 * What shows each criterion of a phase. A criterion is met where checks passed on this very tree and no reviewer doubts
 * it; it is not met where a major finding says so; else it is not shown. No reviewer's yes shows anything by itself.
 */
export function evidenceMatrix(source: EvidenceSource): readonly EvidenceRow[] {
  const { checks, staged } = source;
  const diff = readDiff(staged.patch);
  const stale = checks.tree !== staged.tree;
  const shown = checks.results.map(({ command, outcome, exitCode, outputHash }) => ({
    command,
    outcome,
    exitCode,
    outputHash,
    tree: checks.tree,
  }));
  return source.spec.acceptance.map((criterion, index) => {
    const opinions = (source.audit.opinions ?? []).filter((opinion) => opinion.criterion === criterion);
    const against = source.audit.findings.filter((finding) => speaksAgainst(finding, criterion, index, source.spec));
    return {
      criterion,
      hunks: [...hunksOf(opinions, claimsOf(source.audit, criterion), diff)],
      checks: shown,
      findings: against.map(({ fingerprint }) => fingerprint),
      stale,
      ...standing(opinions, against, source, stale),
    };
  });
}

function standing(
  opinions: readonly CriterionOpinion[],
  against: readonly Finding[],
  { checks }: EvidenceSource,
  stale: boolean,
): Pick<EvidenceRow, 'state' | 'because'> {
  const major = against.find(({ severity }) => severity === 'major');
  if (major) return { state: 'not-met', because: major.claim };
  if (stale) return { state: 'not-shown', because: 'The change is another than the one that was checked.' };
  if (checks.withheld !== null) return { state: 'not-shown', because: checks.withheld };
  if (checks.results.length === 0) return { state: 'not-shown', because: 'No check ran.' };
  const failed = checks.results.find(({ outcome }) => outcome !== 'passed');
  if (failed || !checksPassed(checks))
    return { state: 'not-shown', because: `${failed?.command ?? 'A check'} did not pass.` };
  const [doubt] = against;
  if (doubt) return { state: 'not-shown', because: doubt.claim };
  const unsure = opinions.find(({ answer }) => answer !== 'met');
  if (unsure) return { state: 'not-shown', because: `The reviewer ${unsure.component} does not see it shown.` };
  const baseless = opinions.find(({ grounded }) => !grounded);
  if (baseless)
    return { state: 'not-shown', because: `What the reviewer ${baseless.component} quotes is not in the change.` };
  return { state: 'met', because: 'Checks passed on this very tree and no reviewer doubts it.' };
}

/**
 * Whether a finding speaks against a criterion. One that names no criterion, by its number or its words, doubts them
 * all.
 */
function speaksAgainst(
  { category, claim }: Finding,
  criterion: string,
  index: number,
  { acceptance }: Pick<PhaseSpec, 'acceptance'>,
): boolean {
  if (category !== 'spec') return false;
  const number = /^\W*(?:criterion\s*)?#?(\d{1,2})(?=[.:)\s])/i.exec(claim)?.[1];
  if (number !== undefined && acceptance[Number(number) - 1] !== undefined) return Number(number) === index + 1;
  if (claim.includes(criterion)) return true;
  return !acceptance.some((other) => claim.includes(other));
}

type ClaimedHunk = Claim['hunks'][number];

function claimsOf({ claims }: Audit, criterion: string): readonly ClaimedHunk[] {
  return (claims ?? []).filter((claim) => claim.criterion === criterion).flatMap((claim) => claim.hunks);
}

/** Where reviewers see a criterion met, then where the Builder claims it, in hunks that there are. */
function hunksOf(
  opinions: readonly CriterionOpinion[],
  claimed: readonly ClaimedHunk[],
  diff: readonly DiffFile[],
): readonly HunkPlace[] {
  const places = new Map<string, HunkPlace>();
  for (const { answer, file, line } of opinions) {
    const place = answer === 'met' && file !== null && line !== null ? hunkAt(diff, file, line) : null;
    if (place) places.set(`${place.file}:${place.hunk}`, place);
  }
  for (const { file, hunk } of claimed) {
    for (const place of hunksOfFile(diff, file)) {
      const key = `${place.file}:${place.hunk}`;
      if ((hunk === null || hunk === place.hunk) && !places.has(key))
        places.set(key, { file, hunk: place.hunk, line: place.line, by: 'builder' });
    }
  }
  return [...places.values()];
}

/** The hunk of a patch that shows a line of the proposed file, or null. */
function hunkAt(diff: readonly DiffFile[], path: string, line: number): HunkPlace | null {
  // A removed last line is placed behind what is left.
  const found = hunksOfFile(diff, path).find(({ line: first, last }) => line >= first && line <= last + 1);
  return found ? { file: path, hunk: found.hunk, line: found.line, by: 'reviewer' } : null;
}

function hunksOfFile(diff: readonly DiffFile[], path: string) {
  const file = diff.find((each) => each.path === path);
  if (!file) return [];
  return file.breaks.flatMap((from, index) => {
    const numbers = file.lines.slice(from, file.breaks[index + 1]).flatMap(({ newLine }) => newLine ?? []);
    const [first, last] = [numbers[0] ?? 1, numbers.at(-1) ?? 1];
    return [{ file: path, hunk: index + 1, line: first, last }];
  });
}
