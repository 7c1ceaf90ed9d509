/** What `countersign models list` shows: every model that the configuration names, with its price and its key. */
import type { LoadedConfig } from '../config/load-config.ts';
import { type Config, modelTiers, roles } from '../domain/config.ts';
import { describeFault } from '../domain/describe-fault.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { PriceOrigin } from '../domain/money.ts';
import { formatOf } from '../models/format.ts';
import { pricedAt } from '../models/one-model.ts';
import { seesPictures } from '../models/pictures.ts';
import { type Pricing, pricingOf } from '../models/prices.ts';
import { addressOf, hasOpenai, modelOfRole, type Place, placeOf } from '../models/providers.ts';

/** USD per million tokens of a short request. */
export interface ShownPrice extends PriceOrigin {
  readonly input: number;
  readonly output: number;
  readonly cachedInput: number;
}

/** Whether a key is there; never the key. */
export type KeyState = 'set' | 'missing' | 'none needed';

export interface ListedModel {
  /** `PROVIDER/MODEL`. */
  readonly id: string;
  /** What it is configured for, such as `builder`, `tier cheap` and `fallback 1`. */
  readonly uses: readonly string[];
  /** Where it is served: a server's address, a cassette's file, or null for the editor's own. */
  readonly place: string | null;
  readonly api: 'chat' | 'responses' | 'cassette' | 'editor' | null;
  readonly key: KeyState;
  /** Environment variable that holds the key; null where there is none. */
  readonly keyName: string | null;
  /** How it is asked to write a change. */
  readonly format: string;
  /** Whether pictures that tools find may be sent to it. */
  readonly seesPictures: boolean;
  /** Null where nobody states one: then calls need a cap in tokens. */
  readonly price: ShownPrice | null;
  /** Why it cannot be used as configured; null where nothing is known to be wrong. */
  readonly problem: string | null;
}

export interface ModelList {
  readonly models: readonly ListedModel[];
  /** Roles that no model is configured for, with what to do. */
  readonly missing: readonly string[];
}

const editorProvider = 'vscode';

export async function listModels(
  { config }: Pick<LoadedConfig, 'config'>,
  environment: NodeJS.ProcessEnv,
  now: Date = new Date(),
): Promise<ModelList> {
  const { uses, missing } = usesOf(config.models, environment);
  const models = [...uses].map(([id, named]) => listOne(config.models, environment, id, named, now));
  return { models: await Promise.all(models), missing };
}

function usesOf(config: Config['models'], environment: NodeJS.ProcessEnv) {
  const uses = new Map<string, string[]>();
  const missing: string[] = [];
  const add = (id: string, use: string) => uses.set(id, [...(uses.get(id) ?? []), use]);
  const openai = hasOpenai(config, environment, new Set());
  for (const role of roles) {
    try {
      add(modelOfRole(config, role, undefined, openai).id, role);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      missing.push(role);
    }
  }
  for (const tier of modelTiers) if (config.tiers[tier]) add(config.tiers[tier], `tier ${tier}`);
  for (const [category, model] of Object.entries(config.categories)) {
    if (model.includes('/')) add(model, `category ${category}`);
  }
  for (const [index, model] of config.fallback.entries()) add(model, `fallback ${index + 1}`);
  for (const id of Object.keys(config.prices)) if (!uses.has(id)) uses.set(id, []);
  return { uses, missing };
}

async function listOne(
  config: Config['models'],
  environment: NodeJS.ProcessEnv,
  id: string,
  uses: readonly string[],
  now: Date,
): Promise<ListedModel> {
  const address = addressOf(id);
  const { place, problem } = placeOrProblem(config, address.provider, environment);
  const pricing = await pricingOf(pricedAt(address, place), config.prices, now);
  const keyName = place?.type === 'server' ? place.keyName : null;
  const key = keyName === null ? 'none needed' : environment[keyName]?.trim() ? 'set' : 'missing';
  return {
    id,
    uses,
    ...shownPlace(address.provider, place),
    key,
    keyName,
    format: config.formats[id] ?? formatOf(address.model),
    seesPictures: config.vision[id] ?? seesPictures(address.model),
    price: pricing ? shownPrice(pricing) : null,
    problem: problem ?? (key === 'missing' ? `${keyName} is not set.` : null),
  };
}

function shownPrice({ list: { input, output, cachedInput }, origin }: Pricing): ShownPrice {
  const from = origin ?? { source: 'nobody charges for recorded replies', date: null };
  return { input, output, cachedInput, ...from };
}

function placeOrProblem(config: Config['models'], provider: string, environment: NodeJS.ProcessEnv) {
  try {
    const place = placeOf(config, provider, environment);
    if (place) return { place, problem: null };
    const editor = provider === editorProvider;
    const problem = editor
      ? 'It can be used in VS Code only.'
      : `There is no provider ${provider}, or it has no address.`;
    return { place: null, problem };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { place: null, problem: describeFault(error.fault).message };
  }
}

function shownPlace(provider: string, place: Place | null): Pick<ListedModel, 'place' | 'api'> {
  if (place?.type === 'server') return { place: withoutSecrets(place.baseUrl), api: place.api };
  if (place?.type === 'cassette') return { place: place.file, api: 'cassette' };
  return { place: null, api: provider === editorProvider ? 'editor' : null };
}

/** An address may carry a name, a password or a key in its query; none of these is shown. */
function withoutSecrets(address: string): string {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
}
