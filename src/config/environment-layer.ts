import { configSchema, modelTiers, roles } from '../domain/config.ts';
import { EngineError } from '../domain/engine-error.ts';
import { type Layer, setAt } from './layers.ts';

const prefix = 'COUNTERSIGN_';

type Reader = (text: string) => unknown;
const asNumber: Reader = (text) => (text.trim() === '' ? Number.NaN : Number(text));
const asText: Reader = (text) => text;
const asFlag: Reader = (text) => (text === 'true' ? true : text === 'false' ? false : text);

/** Variables that set one value each. */
const variables: Readonly<Record<string, readonly [key: string, read: Reader]>> = {
  AUTONOMY: ['autonomy', asText],
  PARALLEL: ['parallel', asNumber],
  BUDGET_USD: ['budget.usd', asNumber],
  BUDGET_TOKENS: ['budget.tokens', asNumber],
  BUDGET_PER_DAY_USD: ['budget.perDayUsd', asNumber],
  BUDGET_PER_MONTH_USD: ['budget.perMonthUsd', asNumber],
  CHECKS_SANDBOX: ['checks.sandbox', asText],
  CHECKS_NETWORK: ['checks.network', asFlag],
  LANDING_BRANCH: ['landing.branch', asText],
  LANDING_HOOKS: ['landing.hooks', asFlag],
  LANDING_SIGN: ['landing.sign', asFlag],
  LANDING_AUTHOR: ['landing.author', asText],
  LANDING_COMMITTER: ['landing.committer', asText],
  MODELS_MAX_OUTPUT_TOKENS: ['models.maxOutputTokens', asNumber],
  ...Object.fromEntries(
    modelTiers.map((tier) => [`MODELS_TIERS_${tier.toUpperCase()}`, [`models.tiers.${tier}`, asText]]),
  ),
  ...Object.fromEntries(roles.map((role) => [`MODELS_ROLES_${role.toUpperCase()}`, [`models.roles.${role}`, asText]])),
};

/** Settings from `COUNTERSIGN_*`, such as COUNTERSIGN_BUDGET_USD=2. A value that does not fit is an error. */
export function environmentLayer(environment: NodeJS.ProcessEnv): Layer {
  const values: Record<string, unknown> = {};
  for (const [name, [key, read]] of Object.entries(variables)) {
    const text = environment[prefix + name];
    if (text === undefined || text === '') continue;
    setAt(values, key.split('.'), read(text));
    const checked = configSchema.safeParse(values);
    if (!checked.success) {
      const problem = `${prefix}${name} is \`${text}\`: ${checked.error.issues[0]?.message ?? 'it does not fit'}.`;
      throw new EngineError({ code: 'config/invalid', problem, at: { file: 'environment', line: null, column: null } });
    }
  }
  return { origin: 'environment', file: null, values };
}
