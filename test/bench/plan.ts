/**
 * How long plans take with a model of a known latency, against what their dependencies and the number of workers allow at
 * best. Repository, checks and models play a part here; schedule, events and ledger are the real ones.
 */
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { inOrder } from '../../src/engine/landing-order.ts';
import { openWorld, type PhasePlan, type World } from '../unit/engine/world.ts';

const latencyMs = 200;
const never = new AbortController().signal;

/** A chain of diamonds: one phase, three beside each other, one behind them, and so on. */
function diamonds(count: number): PhasePlan[] {
  const phases: PhasePlan[] = [];
  for (let index = 0; phases.length < count; index++) {
    const before = phases.length === 0 ? [] : [`top-${index}`];
    if (phases.length === 0) phases.push({ id: 'top-0' });
    const middle = ['a', 'b', 'c'].map((name) => ({
      id: `${name}-${index}`,
      dependsOn: before.length === 0 ? ['top-0'] : before,
    }));
    phases.push(...middle, { id: `top-${index + 1}`, dependsOn: middle.map(({ id }) => id) });
  }
  return phases.slice(0, count);
}

function independent(count: number): PhasePlan[] {
  return Array.from({ length: count }, (_, index) => ({ id: `p-${String(index).padStart(3, '0')}` }));
}

/** The makespan of the same schedule where everything but the model takes no time. */
function ideal(world: World, workers: number): number {
  const specs = inOrder(world.plan.tiers.flatMap((tier) => tier.phases));
  const landsAt = new Map<string, number>();
  const free = Array<number>(workers).fill(0);
  let last = 0;
  for (const spec of specs) {
    const ready = Math.max(0, ...spec.dependsOn.map((id) => landsAt.get(id) ?? 0));
    const worker = free.indexOf(Math.min(...free));
    const done = Math.max(ready, free[worker] ?? 0) + latencyMs;
    free[worker] = done;
    // Landings keep to the order of the plan.
    last = Math.max(last, done);
    landsAt.set(spec.id, last);
  }
  return last;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function measure(name: string, phases: PhasePlan[], workers: number, print = console.log): Promise<void> {
  const world = openWorld({
    tiers: [phases],
    config: { parallel: workers, limits: { phases: 500 } },
    onPropose: () => new Promise((resolve) => setTimeout(resolve, latencyMs)),
  });
  try {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    let peak = before;
    const sampling = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().heapUsed);
    }, 20);
    const start = performance.now();
    const result = await world.engine.run(world.plan, { branchByDefault: 'current' }, never);
    const taken = performance.now() - start;
    clearInterval(sampling);
    collectGarbage();
    const kept = process.memoryUsage().heapUsed - before;
    const best = ideal(world, workers);
    const landed = result.phases.filter(({ state }) => state === 'landed').length;
    const overhead = (taken - best) / phases.length;
    print(
      [
        name.padEnd(22),
        `${workers} workers`,
        `${landed}/${phases.length} landed`.padStart(14),
        `${taken.toFixed(0)} ms`.padStart(9),
        `${best} ms`.padStart(14),
        `+${((taken / best - 1) * 100).toFixed(1)} %`.padStart(8),
        `${overhead.toFixed(1)} + ${latencyMs} ms`.padStart(17),
        `${((peak - before) / 1e6).toFixed(1)} MB`.padStart(9),
        `${(kept / 1e6).toFixed(1)} MB`.padStart(9),
      ].join('  '),
    );
  } finally {
    world.close();
  }
}

// What is compiled on first use belongs to none of them.
await measure('', diamonds(6), 2, () => {});
console.log(
  [
    'plan'.padEnd(22),
    'workers  ',
    'phases'.padStart(14),
    'makespan'.padStart(9),
    'critical path'.padStart(14),
    'over it'.padStart(8),
    'engine + model'.padStart(17),
    'heap peak'.padStart(9),
    'heap kept'.padStart(9),
  ].join('  '),
);
for (const workers of [1, 2, 4, 8]) await measure('12 phases, diamonds', diamonds(12), workers);
for (const workers of [1, 2, 4, 8]) await measure('16 phases, independent', independent(16), workers);
await measure('100 phases', independent(100), 8);
