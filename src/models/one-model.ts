import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Role } from '../domain/config.ts';
import { EngineError } from '../domain/engine-error.ts';
import type { ChatModel, ChatRequest } from '../engine/ports/chat.ts';
import type { Emit } from '../engine/ports/run.ts';
import type { ModelClient } from './client.ts';
import type { Clock } from './clock.ts';
import type { Endpoint, Endpoints } from './endpoint.ts';
import { formatOf } from './format.ts';
import { type MeterOptions, metered, prospectOf } from './meter.ts';
import type { ModelsOptions } from './models.ts';
import { createChatClient } from './openai-chat.ts';
import { createResponsesClient } from './openai-responses.ts';
import type { Server } from './openai-server.ts';
import { pictureTokens, seesPictures } from './pictures.ts';
import { type PricedModel, pricingOf } from './prices.ts';
import { type ModelAddress, type Place, placeOf } from './providers.ts';
import { createRecordedClient } from './recorded.ts';
import { type CassetteWriter, recording } from './recording.ts';
import { fitsWhole } from './reserve.ts';
import { retrying } from './retry.ts';
import type { Candidate } from './stand-in.ts';
import { createTokenBias } from './token-bias.ts';
import { counterFor } from './tokens.ts';
import { defaultTimers } from './transport.ts';

export interface Parts {
  readonly options: ModelsOptions;
  readonly endpoints: Endpoints;
  readonly clock: Clock;
  readonly writer: CassetteWriter | null;
}

/** One model, for which nobody stands in. */
export interface OneModel extends Candidate, Pick<ChatModel, 'recorded' | 'format' | 'seesPictures'> {}

/** Throws `config/invalid` where its provider is not configured. */
export function createOneModel(parts: Parts, role: Role, address: ModelAddress): OneModel {
  const { options, endpoints, clock, writer } = parts;
  const { emit, config } = options;
  const other = options.otherClient?.(address.provider, address.model) ?? null;
  const place = other ? null : placeFor(options, role, address);
  const endpoint = endpointOf(endpoints, address, place);
  const client = other ?? clientAt(parts, address, place as Place, endpoint);
  const meter = meterOptions(options, clock, address, place);
  const send = metered(client, meter);
  const answer = retrying(writer && !client.recorded ? recording(send, writer) : send, {
    clock,
    endpoint: place?.type === 'server' ? endpoint : null,
    newCallId: randomUUID,
    onRetry: (request, callId, afterSeconds, fault) =>
      emit({ ...placeIn(request), type: 'call-retry', stage: 'DISPATCH', callId, afterSeconds, fault }),
    async onWait(request, seconds) {
      const message = `Your limits for ${address.provider} are reached: waits ${Math.ceil(seconds)} s.`;
      await emit({ ...placeIn(request), type: 'notice', stage: 'DISPATCH', level: 'info', message });
    },
  });
  return {
    id: address.id,
    recorded: client.recorded,
    format: config.formats[address.id] ?? formatOf(address.model),
    seesPictures: doesSee(config, address),
    breaker: endpoint.breaker,
    complete: telling(answer, address.id, emit),
    fits: async (request) => fitsWhole(options.budget, request, await prospectOf(request, meter)),
  };
}

function doesSee({ vision }: ModelsOptions['config'], { id, model }: ModelAddress): boolean {
  return vision[id] ?? seesPictures(model);
}

function placeIn({ scope, component, role }: ChatRequest) {
  return { phaseId: scope.phaseId, attempt: scope.attempt, component: component ?? role };
}

/** Says once in a run that a model takes no tools, no pictures, or not what its profile asks for. */
function telling(complete: ChatModel['complete'], id: string, emit: Emit): ChatModel['complete'] {
  const told = new Set<string>();
  return async (request, signal) => {
    const reply = await complete(request, signal);
    const leftOut = [...(reply.tookTools ? [] : ['tools']), ...(reply.leftPictures ? ['pictures'] : [])];
    const sentences = leftOut.map((what) => `takes no ${what}: it is asked without them.`);
    for (const sentence of [...sentences, reply.leftBias ?? ''].filter((each) => each !== '' && !told.has(each))) {
      told.add(sentence);
      const message = `${id} ${sentence}`;
      await emit({ ...placeIn(request), type: 'notice', stage: 'ACK', level: 'warning', message });
    }
    return reply;
  };
}

function placeFor({ config, environment }: ModelsOptions, role: Role, address: ModelAddress): Place {
  const place = placeOf(config, address.provider, environment);
  if (place) return place;
  const problem = `\`${address.id}\` is to be the ${role}, but there is no provider \`${address.provider}\` under \`models.providers\`, or it has no \`baseUrl\``;
  throw new EngineError({ code: 'config/invalid', problem, at: { file: 'configuration', line: null, column: null } });
}

function endpointOf(endpoints: Endpoints, { provider }: ModelAddress, place: Place | null): Endpoint {
  if (place?.type === 'server') return endpoints.of(provider, place.baseUrl, place.limits);
  return endpoints.of(provider, place?.file ?? '', {});
}

function clientAt({ options, clock }: Parts, address: ModelAddress, place: Place, endpoint: Endpoint): ModelClient {
  if (place.type === 'cassette') {
    return createRecordedClient(address.id, path.resolve(options.configDirectory, place.file));
  }
  const wishes = options.wishesOf?.(address.id) ?? null;
  const known = {
    ...address,
    baseUrl: place.baseUrl,
    keyName: place.keyName,
    key: keyOf(options, address.provider, place.keyName),
    endpoint,
    serviceTier: place.serviceTier,
    seesPictures: doesSee(options.config, address),
    wishes,
    timers: options.timers ?? defaultTimers,
    fetch: options.fetch ?? fetch,
    clock,
  };
  const server: Server = { ...known, tokenBias: createTokenBias(known, wishes) };
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
  const priced = pricedAt(address, place);
  return {
    model: address.id,
    budget,
    keeper,
    emit,
    clock,
    counter: counterFor(address.model),
    pictureTokens: (picture) => pictureTokens(address.model, picture),
    pricing: (at) => pricingOf(priced, config.prices, at),
  };
}

export function pricedAt({ id, model }: ModelAddress, place: Place | null): PricedModel {
  const recorded = place?.type === 'cassette';
  if (place?.type !== 'server') return { id, model, baseUrl: null, recorded, serviceTier: null };
  return { id, model, baseUrl: place.baseUrl, recorded, serviceTier: place.serviceTier };
}
