import type { Config, Role } from '../domain/config.ts';
import { EngineError } from '../domain/engine-error.ts';
import { ladderOf } from '../domain/route.ts';
import type { EndpointLimits } from './endpoint.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
type ModelsConfig = Config['models'];

/** Where a model is served. */
export type Place =
  | { readonly type: 'cassette'; readonly file: string }
  | {
      readonly type: 'server';
      readonly baseUrl: string;
      readonly api: 'chat' | 'responses';
      /** Environment variable that holds the key; null where none is sent. */
      readonly keyName: string | null;
      readonly limits: EndpointLimits;
      /** To ask for; null leaves it to the provider. */
      readonly serviceTier: string | null;
    };

export interface ModelAddress {
  /** `PROVIDER/MODEL`. */
  readonly id: string;
  readonly provider: string;
  readonly model: string;
}

const openaiUrl = 'https://api.openai.com/v1';
const openaiKey = 'OPENAI_API_KEY';

/** What OPENAI_API_KEY alone gives: a model made for code, and another one to sign, so that two pairs of eyes differ. */
const defaultRoles = { builder: 'openai/gpt-6-sol', auditor: 'openai/gpt-5.6-terra' } as const;

/** Whose model a role uses that has none of its own. */
const standIns: Readonly<Record<Exclude<Role, 'builder' | 'auditor'>, 'builder' | 'auditor'>> = {
  reflector: 'builder',
  planner: 'builder',
  aggregator: 'auditor',
  judge: 'auditor',
};

/**
 * The model for a role: what the spec asks for, what the configuration says, or, where it names none at all, the
 * defaults of the built-in provider. A configuration that names some models gets no other provider behind its back.
 * Throws `model/not-configured`.
 */
export function modelOfRole(
  config: ModelsConfig,
  role: Role,
  override: string | undefined,
  openai: boolean,
): ModelAddress {
  const table = tableOf(config, openai);
  const id = override ?? table[role] ?? (role === 'builder' || role === 'auditor' ? undefined : table[standIns[role]]);
  if (id === undefined) throw new EngineError({ code: 'model/not-configured', role });
  return addressOf(id);
}

export function addressOf(id: string): ModelAddress {
  const slash = id.indexOf('/');
  return { id, provider: id.slice(0, slash), model: id.slice(slash + 1) };
}

/** With tiers, a builder without a model of its own stands in the middle, and who examines its work at the top. */
function tableOf(config: ModelsConfig, openai: boolean): ModelsConfig['roles'] {
  const ladder = ladderOf(config);
  if (ladder) return { builder: ladder.middle, auditor: ladder.top, ...config.roles };
  const named = Object.values(config.roles).some((id) => id !== undefined);
  return named || !openai ? config.roles : defaultRoles;
}

/** Whether the built-in provider can be used: it has a key. */
export function hasOpenai(config: ModelsConfig, environment: Environment, storedKeys: ReadonlySet<string>): boolean {
  if (storedKeys.has('openai')) return true;
  const place = placeOf(config, 'openai', environment);
  return place?.type === 'server' && place.keyName !== null && !!environment[place.keyName]?.trim();
}

/** Where a provider is. Null where no provider of that name is configured. */
export function placeOf(config: ModelsConfig, provider: string, environment: Environment): Place | null {
  const configured = Object.hasOwn(config.providers, provider) ? config.providers[provider] : undefined;
  if (configured && 'cassette' in configured) return { type: 'cassette', file: configured.cassette };
  if (!configured) return provider === 'openai' ? builtIn(environment) : null;
  const custom = configured.baseUrl !== undefined && !isOpenai(configured.baseUrl);
  if (configured.baseUrl === undefined && provider !== 'openai') return null;
  const { concurrency, requestsPerMinute, tokensPerMinute, serviceTier = null } = configured;
  return {
    type: 'server',
    baseUrl: configured.baseUrl ?? openaiUrl,
    api: configured.api ?? (custom ? 'chat' : 'responses'),
    keyName: configured.apiKeyEnv ?? (custom ? null : openaiKey),
    limits: { concurrency, requestsPerMinute, tokensPerMinute },
    serviceTier,
  };
}

function builtIn(environment: Environment): Place {
  const baseUrl = environment.OPENAI_BASE_URL?.trim() || openaiUrl;
  if (!/^https?:$/.test(URL.canParse(baseUrl) ? new URL(baseUrl).protocol : '')) {
    const problem = 'OPENAI_BASE_URL must be an http or https address';
    throw new EngineError({ code: 'config/invalid', problem, at: { file: 'environment', line: null, column: null } });
  }
  return {
    type: 'server',
    baseUrl,
    api: isOpenai(baseUrl) ? 'responses' : 'chat',
    keyName: openaiKey,
    limits: {},
    serviceTier: null,
  };
}

function isOpenai(baseUrl: string): boolean {
  return new URL(baseUrl).origin === new URL(openaiUrl).origin;
}
