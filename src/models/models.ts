import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Config, Role } from '../domain/config.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { Budget, CallKeeper, ChatModel, Emit, Models } from '../engine/ports.ts';
import type { ModelClient } from './client.ts';
import { type Clock, systemClock } from './clock.ts';
import { createEndpoints, type Endpoints } from './endpoint.ts';
import { formatOf } from './format.ts';
import { type MeterOptions, metered } from './meter.ts';
import { createChatClient } from './openai-chat.ts';
import { createResponsesClient } from './openai-responses.ts';
import type { Server } from './openai-server.ts';
import { pricingOf } from './prices.ts';
import { type Environment, hasOpenai, type ModelAddress, modelOfRole, type Place, placeOf } from './providers.ts';
import { createRecordedClient } from './recorded.ts';
import { createCassetteWriter, recording } from './recording.ts';
import { retrying } from './retry.ts';
import { counterFor } from './tokens.ts';
import { defaultTimers, type Timers } from './transport.ts';

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
  /** Writes a cassette of every whole reply, for playing it back later. */
  readonly recordTo?: string;
  readonly timers?: Timers;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
}

/**
 * The models of one run. A call goes through `retrying(metered(client))`: every try is reserved, settled and kept as a
 * call of its own, so that sums over calls, events and reservations agree.
 */
export function createModels(options: ModelsOptions): Models {
  const { config, environment, storedKeys = new Set<string>() } = options;
  const parts = {
    options,
    endpoints: options.endpoints ?? createEndpoints(),
    clock: options.clock ?? systemClock,
    writer: options.recordTo === undefined ? null : createCassetteWriter(options.recordTo),
  };
  const made = new Map<string, ChatModel>();
  return {
    for(role: Role, override?: string) {
      const address = modelOfRole(config, role, override, hasOpenai(config, environment, storedKeys));
      const known = made.get(address.id);
      if (known) return known;
      const model = createModel(parts, role, address);
      made.set(address.id, model);
      return model;
    },
  };
}

interface Parts {
  readonly options: ModelsOptions;
  readonly endpoints: Endpoints;
  readonly clock: Clock;
  readonly writer: ReturnType<typeof createCassetteWriter> | null;
}

function createModel({ options, endpoints, clock, writer }: Parts, role: Role, address: ModelAddress): ChatModel {
  const other = options.otherClient?.(address.provider, address.model) ?? null;
  const place = other ? null : placeFor(options, role, address);
  const client = other ?? clientAt({ options, endpoints, clock, writer }, address, place as Place);
  const send = metered(client, meterOptions(options, clock, address, place));
  const complete = retrying(writer ? recording(send, writer) : send, {
    clock,
    endpoint: place?.type === 'server' ? endpoints.of(place.baseUrl) : null,
    newCallId: randomUUID,
    onRetry: ({ scope, component, role }, callId, afterSeconds, fault) =>
      options.emit({
        type: 'call-retry',
        stage: 'DISPATCH',
        phaseId: scope.phaseId,
        attempt: scope.attempt,
        component: component ?? role,
        callId,
        afterSeconds,
        fault,
      }),
  });
  return {
    id: address.id,
    recorded: client.recorded,
    format: options.config.formats[address.id] ?? formatOf(address.model),
    complete,
  };
}

function placeFor({ config, environment }: ModelsOptions, role: Role, address: ModelAddress): Place {
  const place = placeOf(config, address.provider, environment);
  if (place) return place;
  const problem = `\`${address.id}\` is to be the ${role}, but there is no provider \`${address.provider}\` under \`models.providers\`, or it has no \`baseUrl\``;
  throw new EngineError({ code: 'config/invalid', problem, at: { file: 'configuration', line: null, column: null } });
}

function clientAt({ options, endpoints, clock }: Parts, address: ModelAddress, place: Place): ModelClient {
  if (place.type === 'cassette') {
    return createRecordedClient(address.id, path.resolve(options.configDirectory, place.file));
  }
  const server: Server = {
    ...address,
    baseUrl: place.baseUrl,
    keyName: place.keyName,
    key: keyOf(options, address.provider, place.keyName),
    endpoint: endpoints.of(place.baseUrl),
    timers: options.timers ?? defaultTimers,
    fetch: options.fetch ?? fetch,
    clock,
  };
  return place.api === 'chat' ? createChatClient(server) : createResponsesClient(server);
}

/** A provider that names no variable gets no key, unless one was stored for it. */
function keyOf({ environment, keyFor }: ModelsOptions, provider: string, keyName: string | null): Server['key'] {
  return async () => {
    const key = (await keyFor?.(provider))?.trim() || (keyName === null ? '' : environment[keyName]?.trim());
    return key || null;
  };
}

function meterOptions(options: ModelsOptions, clock: Clock, address: ModelAddress, place: Place | null): MeterOptions {
  const { budget, keeper, emit, config } = options;
  const baseUrl = place?.type === 'server' ? place.baseUrl : null;
  const priced = { id: address.id, model: address.model, baseUrl, recorded: place?.type === 'cassette' };
  return {
    budget,
    keeper,
    emit,
    clock,
    counter: () => counterFor(address.model),
    pricing: (at) => pricingOf(priced, config.prices, at),
  };
}
