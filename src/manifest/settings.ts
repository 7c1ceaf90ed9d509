import { autonomySchema, landingBranchSchema } from '../domain/spec.ts';

/**
 * `machine` for what runs a program, names an endpoint or moves money, so that no folder can set it; `window` and
 * `resource` for taste.
 */
type Scope = 'machine' | 'window' | 'resource';

interface SettingEntry {
  /** Without the leading `countersign.`. */
  readonly key: string;
  /** Where its value goes in the configuration's editor layer; null for a setting of the editor alone. */
  readonly path: readonly string[] | null;
  readonly scope: Scope;
  readonly description: string;
  /** JSON Schema of the value, with the default that the settings editor shows. */
  readonly schema: Readonly<Record<string, unknown>>;
}

const strings = { type: 'array', items: { type: 'string' }, default: [] };
const switchedOff = { type: 'boolean', default: false };

/** Every setting. A value that the user did not set is left to the weaker layers of the configuration. */
export const settings = [
  {
    key: 'budget.runUsd',
    path: ['budget', 'usd'],
    scope: 'machine',
    description: 'Most a run may cost, in US dollars. A call that may not fit is not sent.',
    schema: { type: 'number', minimum: 0, default: 5 },
  },
  {
    key: 'budget.runTokens',
    path: ['budget', 'tokens'],
    scope: 'machine',
    description: 'Most tokens a run may use.',
    schema: { type: 'integer', minimum: 0, default: 2_000_000 },
  },
  {
    key: 'budget.perDayUsd',
    path: ['budget', 'perDayUsd'],
    scope: 'machine',
    description: 'Most to spend in a day.',
    schema: { type: 'number', minimum: 0, default: 20 },
  },
  {
    key: 'models.providers',
    path: ['models', 'providers'],
    scope: 'machine',
    description: 'Endpoints by name. Keys are set with Set API Key.',
    schema: { type: 'object', default: {} },
  },
  {
    key: 'models.roles',
    path: ['models', 'roles'],
    scope: 'machine',
    description: 'Model for each role: builder, auditor, reflector, aggregator, judge, planner.',
    schema: { type: 'object', additionalProperties: { type: 'string' }, default: {} },
  },
  {
    key: 'models.prices',
    path: ['models', 'prices'],
    scope: 'machine',
    description: 'Your own prices, in USD per million tokens.',
    schema: { type: 'object', default: {} },
  },
  {
    key: 'models.useEditorModels',
    path: null,
    scope: 'machine',
    description: 'Offer the language models registered in VS Code.',
    schema: { type: 'boolean', default: true },
  },
  {
    key: 'autonomy',
    path: ['autonomy'],
    scope: 'machine',
    description: 'Who signs.',
    schema: {
      type: 'string',
      enum: autonomySchema.options,
      enumDescriptions: ['You, always.', 'You, for anything but low risk.', 'You, for high risk.'],
      default: 'review',
    },
  },
  {
    key: 'checks.sandbox',
    path: ['checks', 'sandbox'],
    scope: 'machine',
    description: 'Run checks in a sandbox where the machine has one.',
    schema: {
      type: 'string',
      enum: ['auto', 'require', 'off'],
      enumDescriptions: ['Where there is one.', 'Always; without one nothing runs.', 'Never.'],
      default: 'auto',
    },
  },
  {
    key: 'checks.setup',
    path: ['checks', 'setup'],
    scope: 'machine',
    description: 'Commands that prepare a worktree for checks.',
    schema: strings,
  },
  {
    key: 'landing.branch',
    path: ['landing', 'branch'],
    scope: 'resource',
    description: 'Land on the current branch or on one of the run’s own.',
    schema: { type: 'string', enum: landingBranchSchema.options, default: 'current' },
  },
  {
    key: 'landing.hooks',
    path: ['landing', 'hooks'],
    scope: 'machine',
    description: 'Run commit hooks when landing.',
    schema: switchedOff,
  },
  {
    key: 'landing.sign',
    path: ['landing', 'sign'],
    scope: 'machine',
    description: 'Sign commits when landing.',
    schema: switchedOff,
  },
  {
    key: 'parallel',
    path: ['parallel'],
    scope: 'machine',
    description: 'Phases that may run at the same time.',
    schema: { type: 'integer', minimum: 1, maximum: 8, default: 2 },
  },
  {
    key: 'notifications',
    path: null,
    scope: 'window',
    description: 'Tell me when a person is needed.',
    schema: {
      type: 'string',
      enum: ['needed', 'none'],
      enumDescriptions: ['When a signature waits or a run has stopped.', 'Never; the status bar tells.'],
      default: 'needed',
    },
  },
] as const satisfies readonly SettingEntry[];

export type SettingKey = (typeof settings)[number]['key'];

/**
 * The layer that the editor's settings make. `read` gives what the user set for a key, or undefined; what the
 * result means is for the configuration to check.
 */
export function editorLayer(read: (key: SettingKey) => unknown): Record<string, unknown> {
  const layer: Record<string, unknown> = {};
  for (const { key, path } of settings) {
    const value = read(key);
    if (path === null || value === undefined) continue;
    let target = layer;
    for (const name of path.slice(0, -1)) {
      target[name] ??= {};
      target = target[name] as Record<string, unknown>;
    }
    target[path.at(-1) as string] = value;
  }
  return layer;
}

/** The `configuration` section of `contributes`. */
export function contributedSettings(): object {
  const properties = settings.map(({ key, scope, description, schema }, order) => [
    `countersign.${key}`,
    { ...schema, scope, order, description },
  ]);
  return { title: 'Countersign', properties: Object.fromEntries(properties) };
}
