import type { AsideFinding, AsideReason, Dismissal, Finding, FindingCategory } from '../domain/audit.ts';
import type { DiffFile } from '../domain/read-diff.ts';
import { type Grounds, groundOf, isChangedLine } from './ground.ts';
import { mergeDuplicates } from './merge.ts';
import { mapInTurns, takingTurns } from './turns.ts';

export interface Settled {
  readonly findings: readonly Finding[];
  readonly aside: readonly AsideFinding[];
}

export interface SettleOptions {
  readonly diff: readonly DiffFile[];
  readonly grounds: Grounds;
  readonly dismissed: readonly Dismissal[];
  /** Most minors that are shown; the rest is set aside. */
  readonly mostMinors: number;
}

/** Most minors of one change: more are not read. */
export const mostMinors = 8;

type Judged = {
  readonly finding: Finding;
  readonly aside: { readonly why: AsideReason; readonly because: string } | null;
};

/**
 * Which findings count. A reviewer's finding counts where its evidence stands in the change or in a check's output;
 * deterministic ones are made from the change itself. What a person dismissed stays dismissed, whoever says it again.
 * Works in turns.
 */
export async function settle(found: readonly Finding[], options: SettleOptions): Promise<Settled> {
  const judged = await mapInTurns(found, (finding) => judge(finding, options), takingTurns());
  // Duplicates are merged among what counts alone: a finding must not go with the bad evidence of another.
  const open = mergeDuplicates(judged.filter(({ aside }) => aside === null).map(({ finding }) => finding));
  const ranked = [...open].sort((a, b) => weightOf(b) - weightOf(a));
  const minors = ranked.filter(({ severity }) => severity === 'minor');
  const over = new Set(minors.slice(options.mostMinors));
  const beyond = `Only the ${options.mostMinors} weightiest minor findings are shown.`;
  return {
    findings: ranked.filter((finding) => !over.has(finding)),
    aside: [
      ...judged.flatMap(({ finding, aside }) => (aside ? [put(finding, aside.why, aside.because)] : [])),
      ...[...over].map((finding) => put(finding, 'over-limit', beyond)),
    ],
  };
}

function put(finding: Finding, aside: AsideReason, because: string): AsideFinding {
  return { ...finding, aside, because };
}

function judge(finding: Finding, { diff, grounds, dismissed }: SettleOptions): Judged {
  // That a reviewer gave no verdict cannot be dismissed: it is no statement about the change.
  if (finding.category === 'auditor-error') return { finding, aside: null };
  const placed = finding.model === null ? { finding, aside: null } : place(finding, diff, grounds);
  const known = dismissed.find(({ fingerprint }) => fingerprint === placed.finding.fingerprint);
  return known ? { finding: placed.finding, aside: { why: 'dismissed', because: known.reason } } : placed;
}

function place(finding: Finding, diff: readonly DiffFile[], grounds: Grounds): Judged {
  const ground = groundOf(finding.evidence, finding.file, grounds);
  switch (ground.type) {
    case 'changed': {
      // A reviewer counts lines badly and quotes well: what it quotes says where it is.
      const { file, line } = finding;
      const said = file !== null && line !== null && file === ground.file && isChangedLine(diff, file, line);
      return { finding: said ? finding : { ...finding, file: ground.file, line: ground.line }, aside: null };
    }
    case 'output':
      return { finding, aside: null };
    case 'unchanged': {
      const { file, line } = finding;
      if (file !== null && line !== null && isChangedLine(diff, file, line)) return { finding, aside: null };
      const because = `It quotes ${ground.file} where the change leaves it as it is.`;
      return { finding, aside: { why: 'pre-existing', because } };
    }
    case 'nowhere': {
      const because = 'What it quotes is neither in the change nor in its files nor in the output of a check.';
      return { finding, aside: { why: 'ungrounded', because } };
    }
  }
}

const categoryWeights: Record<FindingCategory, number> = {
  'auditor-error': 10,
  policy: 9,
  security: 8,
  correctness: 7,
  compatibility: 6,
  spec: 5,
  tests: 4,
  quality: 3,
  documentation: 2,
  style: 1,
};

/** Majors first, then what more than one reviewer says, then by category and by how often the reviewer was right. */
function weightOf({ severity, category, agreeing, confidence, model }: Finding): number {
  const sure = model === null ? 1 : (confidence ?? 0.5);
  return (severity === 'major' ? 1000 : 0) + (agreeing?.length ?? 0) * 20 + categoryWeights[category] + sure;
}
