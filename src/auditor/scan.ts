import type { Finding, Scan } from '../domain/audit.ts';
import { findingOfPatchFlag, findingOfRule } from './findings.ts';
import { rules } from './rules/registry.ts';
import type { RuleMaterial } from './rules/rule.ts';

/** Most findings that one rule makes of one change: a thousand of a kind say no more than the first. */
const mostOfRule = 20;

/** Everything that can be told of a change without asking a model or running it. */
export function scanChange(material: RuleMaterial): Scan {
  const { flags } = material.staged;
  const isProtected = flags.filter((flag) => flag.kind === 'protected-path');
  const found = rules.flatMap((rule) =>
    rule
      .find(material)
      .slice(0, mostOfRule)
      .map((each) => findingOfRule(rule.name, each)),
  );
  return {
    findings: [...flags.map(findingOfPatchFlag), ...found].sort(byGravity),
    protectedPaths: [...new Set(isProtected.map((flag) => flag.file))].sort(),
  };
}

function byGravity(a: Finding, b: Finding): number {
  return Number(b.severity === 'major') - Number(a.severity === 'major');
}
