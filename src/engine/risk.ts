import type { PatchFlag } from '../domain/patch.ts';
import type { Staged } from '../domain/proposal.ts';
import { type Risk, type RiskLevel, riskLevels } from '../domain/risk.ts';
import type { PhaseSpec } from '../domain/spec.ts';
import { isTestPath } from '../domain/test-path.ts';

/** Parts of the tree where a mistake costs most. */
const criticalPath =
  /(^|\/)(auth|security|crypto|payments?|billing|migrations?|permissions?|secrets?|deploy|infra|terraform)(\/|\.|-|_|$)/i;
const riskyExtension = /\.(sql|sh|bash|ps1|bat|ya?ml|tf|env|proto|lock|Dockerfile)$|(^|\/)(Dockerfile|Makefile)$/i;
const hygieneMarker = /\b(TODO|FIXME|XXX|HACK)\b|\bconsole\.(log|debug)\(|\bdebugger\b|\bprint\(.*debug/i;

const levelFloors: readonly (readonly [number, RiskLevel])[] = [
  [70, 'critical'],
  [50, 'high'],
  [25, 'medium'],
  [0, 'low'],
];

function sizePoints(lines: number): number {
  if (lines > 1000) return 25;
  if (lines > 500) return 20;
  return lines > 200 ? 10 : 0;
}

function addedLines(patch: string): readonly string[] {
  return patch.split('\n').filter((line) => line.startsWith('+') && !line.startsWith('+++ '));
}

function atMost(limit: number, each: number, names: readonly string[]): number {
  return Math.min(limit, each * names.length);
}

function protectedFiles(flags: readonly PatchFlag[]): readonly string[] {
  return [...new Set(flags.filter((flag) => flag.kind === 'protected-path').map((flag) => flag.file))];
}

/**
 * Risk of a staged patch, 0 to 100: lines changed over 200/500/1000 give 10/20/25; critical and protected paths 15
 * each up to 30; risky kinds of file 5 each up to 15; over 50 lines without a test 20; leftovers 3 each up to 10.
 * A risk stated in the spec raises the level and never lowers it; `critical` is only ever computed.
 */
export function riskOf(spec: PhaseSpec, staged: Staged): Risk {
  const paths = staged.files.map((file) => file.path);
  const lines = staged.files.reduce((sum, file) => sum + file.added + file.removed, 0);
  const critical = [...new Set([...paths.filter((path) => criticalPath.test(path)), ...protectedFiles(staged.flags)])];
  const risky = paths.filter((path) => riskyExtension.test(path));
  const untested = lines > 50 && !paths.some(isTestPath);
  const leftovers = addedLines(staged.patch).filter((line) => hygieneMarker.test(line));
  const parts = [
    { name: 'size', points: sizePoints(lines), detail: `${lines} lines changed` },
    { name: 'critical paths', points: atMost(30, 15, critical), detail: critical.join(', ') },
    { name: 'risky files', points: atMost(15, 5, risky), detail: risky.join(', ') },
    { name: 'no tests', points: untested ? 20 : 0, detail: `${lines} lines changed and no test among them` },
    { name: 'leftovers', points: atMost(10, 3, leftovers), detail: `${leftovers.length} lines` },
  ].filter((part) => part.points > 0);
  const score = parts.reduce((sum, part) => sum + part.points, 0);
  const computed = levelFloors.find(([floor]) => score >= floor)?.[1] ?? 'low';
  return { score, level: spec.risk === 'auto' ? computed : higherRisk(computed, spec.risk), parts };
}

export function higherRisk(a: RiskLevel, b: RiskLevel): RiskLevel {
  return riskLevels.indexOf(a) >= riskLevels.indexOf(b) ? a : b;
}
