/** Longest that work on a change holds up everything else, in milliseconds: an editor shares its thread with it. */
const longestStretch = 8;

/**
 * What long work awaits between its steps. Costs next to nothing while there is time left; once a stretch has lasted
 * long enough, everything else that waits has its turn first.
 */
export type Turn = () => Promise<void> | undefined;

export function takingTurns(): Turn {
  let since = performance.now();
  return () => {
    if (performance.now() - since < longestStretch) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        since = performance.now();
        resolve();
      });
    });
  };
}

/** Like `items.map(step)`, in turns. */
export async function mapInTurns<Item, Made>(
  items: readonly Item[],
  step: (item: Item) => Made,
  turn: Turn,
): Promise<readonly Made[]> {
  const made: Made[] = [];
  for (const item of items) {
    made.push(step(item));
    await turn();
  }
  return made;
}
