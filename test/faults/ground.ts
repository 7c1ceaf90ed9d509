import assert from 'node:assert/strict';
import { openRepository } from '../../src/git/open-repository.ts';
import type { Scratch } from '../unit/git/support.ts';
import { type ActionName, act, prepare, valueIn } from './actions.ts';
import { copyOf, differences, type Observed, observe, removeCopy } from './observe.ts';

/** Runs at most two at a time: the machine has two cores. */
export async function inPairs<Item>(items: readonly Item[], body: (item: Item) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await body(item);
  };
  await Promise.all([worker(), worker()]);
}

/** An action, ready to be disturbed, with the two states that it may end in. */
export interface Ground {
  readonly template: Scratch;
  readonly before: Observed;
  readonly after: Observed;
  /** Every step the action takes, in order, with how often it was taken before. */
  readonly steps: readonly { readonly name: string; readonly occurrence: number }[];
}

export async function groundOf(action: ActionName): Promise<Ground> {
  const template = await prepare(action);
  const copy = copyOf(template.folder);
  try {
    const before = observe(copy);
    const counts = new Map<string, number>();
    const steps: { name: string; occurrence: number }[] = [];
    const repository = await openRepository(copy.root, {
      environment: copy.environment,
      failpoint: (name) => {
        counts.set(name, (counts.get(name) ?? 0) + 1);
        steps.push({ name, occurrence: counts.get(name) as number });
      },
    });
    valueIn(await act(action, repository, copy.folder));
    const after = observe(copy);
    const moved = action === 'run-landing' ? before.refs !== after.refs : differences(after, before).length > 0;
    assert.ok(moved, 'the action moves something');
    return { template, before, after, steps };
  } finally {
    removeCopy(copy);
  }
}
