import type { Price } from '../domain/config.ts';
import { microsOfUsd } from '../domain/money.ts';
import type { Usage } from './client.ts';

/** Prices of one model at one time, in whole micro-dollars rounded up. */
export interface Pricing {
  readonly source: 'configuration' | 'price library' | 'recorded';
  costOf(usage: Usage): number;
  /** The most that a call with this input and output can cost. */
  worstCost(input: number, output: number): number;
}

export interface PricedModel {
  /** `PROVIDER/MODEL`, the key of an override. */
  readonly id: string;
  /** The provider's own name of it. */
  readonly model: string;
  /** Where it is served; null where there is no address. */
  readonly baseUrl: string | null;
  /** Its replies come from a cassette: nobody charges for them. */
  readonly recorded: boolean;
}

/**
 * The price that holds for a model at a time: the configuration's own first, then the price library's (offline). Null
 * where nobody states one: a local or unknown server is never taken to be free.
 */
export async function pricingOf(
  model: PricedModel,
  overrides: Readonly<Record<string, Price>>,
  at: Date,
): Promise<Pricing | null> {
  // `hasOwn`: a model named like a property of every object must not find one.
  const override = Object.hasOwn(overrides, model.id) ? overrides[model.id] : undefined;
  if (override) return fromConfiguration(override);
  if (model.recorded) return { source: 'recorded', costOf: () => 0, worstCost: () => 0 };
  return model.baseUrl === null ? null : fromLibrary(model.model, model.baseUrl, at);
}

function fromConfiguration(price: Price): Pricing {
  const cachedInput = price.cachedInput ?? price.input;
  const dearestInput = Math.max(price.input, cachedInput);
  // Dollars per million tokens are micro-dollars per token.
  const micros = (value: number) => microsOfUsd(value / 1_000_000);
  return {
    source: 'configuration',
    costOf: ({ input, cached, output }) =>
      micros((input - cached) * price.input + cached * cachedInput + output * price.output),
    worstCost: (input, output) => micros(input * dearestInput + output * price.output),
  };
}

async function fromLibrary(model: string, baseUrl: string, at: Date): Promise<Pricing | null> {
  const { calcPrice, findProvider } = await import('@pydantic/genai-prices');
  // Without a provider the library guesses one by the model's name; another server's price is not this one's.
  const provider = findProvider({ providerApiUrl: baseUrl });
  if (!provider) return null;
  const dollars = (usage: Parameters<typeof calcPrice>[0]) =>
    calcPrice(usage, model, { providerId: provider.id, timestamp: at });
  const found = dollars({ input_tokens: 1, output_tokens: 1 });
  if (found?.model_price.input_mtok === undefined || found.model_price.output_mtok === undefined) return null;
  const micros = (input: number, cached: number, cacheWritten: number, output: number) => {
    const usage = {
      input_tokens: input,
      cache_read_tokens: cached,
      cache_write_tokens: cacheWritten,
      output_tokens: output,
    };
    const priced = dollars(usage);
    if (!priced) throw new Error(`The price library lost the price of ${model}.`);
    return microsOfUsd(priced.total_price);
  };
  return {
    source: 'price library',
    costOf: (usage) => micros(usage.input, usage.cached, usage.cacheWritten, usage.output),
    // Writing to the cache may cost more than plain input.
    worstCost: (input, output) => Math.max(micros(input, 0, 0, output), micros(input, 0, input, output)),
  };
}
