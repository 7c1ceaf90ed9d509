import type { Config, Role } from '../domain/config.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { Budget } from '../engine/ports/budget.ts';
import type { CallKeeper } from '../engine/ports/calls.ts';
import type { Models } from '../engine/ports/chat.ts';
import type { Emit } from '../engine/ports/run.ts';
import type { ModelClient } from './client.ts';
import { type Clock, systemClock } from './clock.ts';
import { createEndpoints, type Endpoints } from './endpoint.ts';
import { createOneModel, type OneModel, type Parts, pricedAt } from './one-model.ts';
import { pricingOf } from './prices.ts';
import { addressOf, type Environment, hasOpenai, type ModelAddress, modelOfRole, placeOf } from './providers.ts';
import { createCassetteWriter } from './recording.ts';
import { standingIn } from './stand-in.ts';
import type { TokenWishes } from './token-bias.ts';
import type { Timers } from './transport.ts';

export interface ModelsOptions {
  readonly config: Config['models'];
  /** Folder that the paths of cassettes are relative to. */
  readonly configDirectory: string;
  readonly environment: Environment;
  readonly budget: Budget;
  readonly keeper: CallKeeper;
  /** Of the one run that these models serve. */
  readonly emit: Emit;
  /** Shared by all runs of the process: what is known of each endpoint, and who may call it now. */
  readonly endpoints?: Endpoints;
  /** Looks a key up outside the environment, such as in the editor's secret storage. It holds over the environment. */
  readonly keyFor?: (provider: string) => Promise<string | undefined>;
  /** Providers that `keyFor` has a key for. */
  readonly storedKeys?: ReadonlySet<string>;
  /** Clients for providers that are not servers, such as the editor's own models. Asked before the configuration. */
  readonly otherClient?: (provider: string, model: string) => ModelClient | null;
  /** What the profile that a `PROVIDER/MODEL` was trained with asks of the next token; null for nothing. */
  readonly wishesOf?: (id: string) => TokenWishes | null;
  /** Writes a cassette of every whole reply, for playing it back later. */
  readonly recordTo?: string;
  /** Takes secrets out of what a cassette is to hold. */
  readonly redact: (text: string) => string;
  readonly timers?: Timers;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
}

/**
 * The models of one run. A call goes through `standingIn(retrying(metered(client)))`: every try is reserved, settled and
 * kept as a call of its own, so that sums over calls, events and reservations agree.
 */
export function createModels(options: ModelsOptions): Models {
  const { config, environment, storedKeys = new Set<string>(), emit } = options;
  const clock = options.clock ?? systemClock;
  const parts: Parts = {
    options,
    endpoints: options.endpoints ?? createEndpoints(),
    clock,
    writer: options.recordTo === undefined ? null : createCassetteWriter(options.recordTo, options.redact),
  };
  const made = new Map<string, OneModel>();
  const modelAt = (role: Role, address: ModelAddress): OneModel => {
    const model = made.get(address.id) ?? createOneModel(parts, role, address);
    made.set(address.id, model);
    return model;
  };
  const orNull = (role: Role, id: string) => () => {
    try {
      return modelAt(role, addressOf(id));
    } catch (error) {
      if (error instanceof EngineError) return null;
      throw error;
    }
  };
  return {
    for(role, override, cheaperIds = []) {
      const first = modelAt(role, modelOfRole(config, role, override, hasOpenai(config, environment, storedKeys)));
      const cheaper = cheaperIds.map((id) => modelAt(role, addressOf(id)));
      const fallback = config.fallback.filter((id) => id !== first.id);
      const { id, recorded, format, seesPictures } = first;
      const complete = standingIn({ first, cheaper, fallback: fallback.map((id) => orNull(role, id)), emit, clock });
      return {
        id,
        recorded,
        format,
        ...(seesPictures ? { seesPictures } : {}),
        complete,
        standIns: [...cheaperIds, ...fallback],
      };
    },
    async worstCost(id, inputTokens, outputTokens) {
      const address = addressOf(id);
      const priced = pricedAt(address, placeOf(config, address.provider, environment));
      const pricing = await pricingOf(priced, config.prices, clock.now());
      return pricing?.worstCost(inputTokens, outputTokens) ?? null;
    },
  };
}
