import type { Fault } from './fault.ts';
import type { Plan } from './spec.ts';

/** The first thing that keeps a plan's phases from forming a graph: a name used twice, an unknown one, a cycle. */
export function graphFault(plan: Plan, file: string): Fault | null {
  const phases = plan.tiers.flatMap((tier) => tier.phases);
  const dependencies = new Map<string, readonly string[]>();
  for (const phase of phases) {
    if (dependencies.has(phase.id)) {
      const problem = `Two phases are named \`${phase.id}\`.`;
      return { code: 'spec/invalid', problem, at: { file, line: null, column: null } };
    }
    dependencies.set(phase.id, phase.dependsOn);
  }
  for (const phase of phases) {
    const dependency = phase.dependsOn.find((id) => !dependencies.has(id));
    if (dependency !== undefined) {
      const at = { file, line: null, column: null };
      return { code: 'plan/unknown-dependency', phase: phase.id, dependency, at };
    }
  }
  const cycle = findCycle(dependencies);
  return cycle ? { code: 'plan/cycle', phases: [...cycle], at: { file, line: null, column: null } } : null;
}

/** A cycle as `a → b → a`, or null. Depth first, without recursion, so that no plan is too deep. */
export function findCycle(dependencies: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const done = new Set<string>();
  for (const start of dependencies.keys()) {
    const path: string[] = [];
    const onPath = new Set<string>();
    const stack: { id: string; leave: boolean }[] = [{ id: start, leave: false }];
    for (let entry = stack.pop(); entry; entry = stack.pop()) {
      const { id, leave } = entry;
      if (leave) {
        path.pop();
        onPath.delete(id);
        done.add(id);
        continue;
      }
      if (onPath.has(id)) return [...path.slice(path.indexOf(id)), id];
      if (done.has(id)) continue;
      path.push(id);
      onPath.add(id);
      stack.push({ id, leave: true });
      for (const next of dependencies.get(id) ?? []) stack.push({ id: next, leave: false });
    }
  }
  return null;
}
