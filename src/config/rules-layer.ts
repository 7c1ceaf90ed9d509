import type { Rules } from '../domain/rules.ts';

type Tree = Record<string, unknown>;

/** The rules of a project as what they say of the configuration: the same values under the same bounds. */
export function rulesAsConfig({ categories, protectedPaths, run = {}, tier }: Rules): Tree {
  const { tokens, usd, ...limits } = run;
  return said({
    budget: said({ tokens, usd }),
    limits: said({ ...limits, tier: tier && said(tier) }),
    strategy: said({ categories, protectedPaths }),
  });
}

/** Without what is not there, and without groups that nothing is left of. */
function said(values: Tree): Tree {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && !(isGroup(value) && isEmpty(value))),
  );
}

function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}
