import { toolCategories } from '../domain/building.ts';
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
    description: 'Most to spend in a day, over all folders.',
    schema: { type: 'number', minimum: 0, default: 20 },
  },
  {
    key: 'budget.perMonthUsd',
    path: ['budget', 'perMonthUsd'],
    scope: 'machine',
    description: 'Most to spend in a month, over all folders. Empty: no cap.',
    schema: { type: ['number', 'null'], minimum: 0, default: null },
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
    key: 'models.tiers',
    path: ['models', 'tiers'],
    scope: 'machine',
    description: 'Models by cost: cheap, middle, top. The Builder of a phase is chosen among them.',
    schema: { type: 'object', additionalProperties: { type: 'string' }, default: {} },
  },
  {
    key: 'models.categories',
    path: ['models', 'categories'],
    scope: 'machine',
    description: 'A tier or a model for phases of a category.',
    schema: { type: 'object', additionalProperties: { type: 'string' }, default: {} },
  },
  {
    key: 'models.fallback',
    path: ['models', 'fallback'],
    scope: 'machine',
    description: 'Models to turn to, in this order, where a provider is down.',
    schema: { type: 'array', items: { type: 'string' }, default: [] },
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
    key: 'builder.contextTokens',
    path: ['builder', 'contextTokens'],
    scope: 'machine',
    description: 'Most tokens of the repository that a request to the Builder shows.',
    schema: { type: 'integer', minimum: 1_000, maximum: 400_000, default: 32_000 },
  },
  {
    key: 'builder.continueFrom',
    path: ['builder', 'continueFrom'],
    scope: 'window',
    description: 'What a later attempt changes.',
    schema: {
      type: 'string',
      enum: ['base', 'staged'],
      enumDescriptions: ['The base again.', 'What the attempt before had staged.'],
      default: 'base',
    },
  },
  {
    key: 'builder.distil',
    path: ['builder', 'distil'],
    scope: 'machine',
    description: 'Let the aggregator weigh what was found, in one call, where it is at least twice what fits.',
    schema: switchedOff,
  },
  {
    key: 'builder.tools',
    path: ['builder', 'tools'],
    scope: 'machine',
    description: 'What the Builder may do besides reading the commit. Commands run in the sandbox, on a copy.',
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        ...Object.fromEntries(toolCategories.map((category) => [category, { type: 'boolean' }])),
        turns: { type: 'integer', minimum: 1, maximum: 100 },
        minutes: { type: 'number', exclusiveMinimum: 0, maximum: 120 },
      },
      default: {
        ...Object.fromEntries(toolCategories.map((category) => [category, category === 'read'])),
        turns: 25,
        minutes: 15,
      },
    },
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
    key: 'ledger.keep',
    path: ['ledger', 'keep'],
    scope: 'machine',
    description: 'How long prompts and replies are kept: days, and gigabytes beyond which the oldest go first.',
    schema: {
      type: 'object',
      properties: { days: { type: 'number', exclusiveMinimum: 0 }, gigabytes: { type: 'number', exclusiveMinimum: 0 } },
      additionalProperties: false,
      default: { days: 180, gigabytes: 5 },
    },
  },
  {
    key: 'ledger.redact',
    path: ['ledger', 'redact'],
    scope: 'machine',
    description:
      'Patterns of your own secrets, taken out before anything is kept. Each begins with 3 fixed characters.',
    schema: strings,
  },
  {
    key: 'export.otlpEndpoint',
    path: ['export', 'otlpEndpoint'],
    scope: 'machine',
    description: 'Send spans here. Empty: nothing leaves this machine.',
    schema: { type: 'string', default: '' },
  },
  {
    key: 'problems.findings',
    path: null,
    scope: 'resource',
    description: 'List the findings of changes that wait for a signature in Problems.',
    schema: { type: 'string', enum: ['none', 'major', 'all'], default: 'none' },
  },
  {
    key: 'review.openChanges',
    path: null,
    scope: 'window',
    description: 'What choosing a change in the Review view opens.',
    schema: {
      type: 'string',
      enum: ['never', 'onClick'],
      enumDescriptions: ['Its summary.', 'Its changes.'],
      default: 'onClick',
    },
  },
  {
    key: 'review.showPreExisting',
    path: null,
    scope: 'window',
    description: 'Also show findings outside the change.',
    schema: switchedOff,
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
  {
    key: 'training.timer',
    path: null,
    scope: 'machine',
    description: 'Look hourly whether there is enough to train.',
    schema: switchedOff,
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
