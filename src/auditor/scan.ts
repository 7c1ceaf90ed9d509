import type { Finding, Scan } from '../domain/audit.ts';
import type { DiffFile } from '../domain/read-diff.ts';
import { findingOfPatchFlag, findingOfRule, type RuleFinding } from './findings.ts';
import { rules } from './rules/registry.ts';
import type { Rule, RuleMaterial } from './rules/rule.ts';
import { takingTurns } from './turns.ts';

/** Most findings that one rule makes of one change: a thousand of a kind say no more than the first. */
const mostOfRule = 20;

/** Lines of a file that a rule is shown at once, where it judges each by itself. */
const linesAtOnce = 500;

/** Everything that can be told of a change without asking a model or running it. Works in turns. */
export async function scanChange(material: RuleMaterial): Promise<Scan> {
  const { flags } = material.staged;
  const isProtected = flags.filter((flag) => flag.kind === 'protected-path');
  const turn = takingTurns();
  const found: Finding[] = [];
  for (const rule of rules) {
    const ofRule: RuleFinding[] = [];
    for (const diff of portions(rule, material.diff)) {
      ofRule.push(...rule.find({ ...material, diff }));
      await turn();
      if (ofRule.length >= mostOfRule) break;
    }
    found.push(...ofRule.slice(0, mostOfRule).map((each) => findingOfRule(rule.name, each)));
  }
  return {
    findings: [...flags.map(findingOfPatchFlag), ...found].sort(byGravity),
    protectedPaths: [...new Set(isProtected.map((flag) => flag.file))].sort(),
  };
}

/** The change as one rule may look at it, piece by piece. */
function* portions({ judges }: Rule, diff: readonly DiffFile[]): Generator<readonly DiffFile[]> {
  if (judges === 'change') return yield diff;
  for (const file of diff) {
    if (judges === 'file' || file.lines.length <= linesAtOnce) {
      yield [file];
      continue;
    }
    for (let at = 0; at < file.lines.length; at += linesAtOnce) {
      yield [{ ...file, lines: file.lines.slice(at, at + linesAtOnce), breaks: [] }];
    }
  }
}

function byGravity(a: Finding, b: Finding): number {
  return Number(b.severity === 'major') - Number(a.severity === 'major');
}
