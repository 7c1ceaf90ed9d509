import type { PriceCalculation } from '@pydantic/genai-prices';
import type { Price } from '../domain/config.ts';
import { microsOfUsd, type PriceOrigin } from '../domain/money.ts';
import type { Usage } from './client.ts';
import { factorOf, openaiFactors, worstFactor } from './service-tiers.ts';

/** Prices of one model at one time, in whole micro-dollars rounded up. */
export interface Pricing {
  /** Null where nobody charges: replies from a cassette. */
  readonly origin: PriceOrigin | null;
  /** USD per million tokens of a short request at the usual service tier, for showing. */
  readonly list: { readonly input: number; readonly output: number; readonly cachedInput: number };
  /** `serviceTier` as the provider names the one it served with; null for the usual one. */
  costOf(usage: Usage, serviceTier?: string | null): number;
  /** Whether the factor of a service tier is stated and not our guess. */
  knows(serviceTier: string | null): boolean;
  /** The most that a call with this input and output can cost at the service tier that is asked for. */
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
  /** That its requests ask for; null for the usual one. */
  readonly serviceTier: string | null;
}

/** Version of the price library, and the day it came out: its prices are as of then. */
export const priceLibrary = { version: '0.1.8', date: '2026-09-23' } as const;

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
  if (override && holds(override, at)) return fromConfiguration(override, model.serviceTier);
  if (model.recorded) return free;
  return model.baseUrl === null ? null : fromLibrary(model, model.baseUrl, at);
}

function holds({ since }: Price, at: Date): boolean {
  return since === undefined || at.getTime() >= Date.parse(since);
}

const free: Pricing = {
  origin: null,
  list: { input: 0, output: 0, cachedInput: 0 },
  costOf: () => 0,
  knows: () => true,
  worstCost: () => 0,
};

interface Rates {
  readonly input: number;
  readonly output: number;
  readonly cachedInput: number;
  readonly cacheWrite: number;
}

function ratesOf(price: Pick<Price, 'input' | 'output' | 'cachedInput' | 'cacheWrite'>): Rates {
  const { input, output, cachedInput = input, cacheWrite = input } = price;
  return { input, output, cachedInput, cacheWrite };
}

function fromConfiguration(price: Price, asked: string | null): Pricing {
  const usual = ratesOf(price);
  const { above, serviceTiers = {}, since = null } = price;
  const long = above ? ratesOf(above) : usual;
  const ratesFor = (input: number) => (above && input >= above.tokens ? long : usual);
  // Dollars per million tokens are micro-dollars per token.
  const micros = (value: number) => microsOfUsd(value / 1_000_000);
  const dollars = ({ input, cached, cacheWritten, output }: Usage) => {
    const rates = ratesFor(input);
    const plain = Math.max(0, input - cached - cacheWritten);
    const read = plain * rates.input + cached * rates.cachedInput + cacheWritten * rates.cacheWrite;
    return read + output * rates.output;
  };
  return {
    origin: { source: 'your configuration', date: since },
    list: usual,
    knows: (tier) => factorOf(serviceTiers, tier).stated,
    costOf: (usage, tier = null) => micros(dollars(usage) * factorOf(serviceTiers, tier).factor),
    worstCost(input, output) {
      const rates = ratesFor(input);
      const dearest = Math.max(rates.input, rates.cachedInput, rates.cacheWrite);
      return micros((input * dearest + output * rates.output) * worstFactor(serviceTiers, asked));
    },
  };
}

/** A price may change while a call runs: the longest of them lasts so many milliseconds. */
const longestCall = 900_000;

async function fromLibrary(model: PricedModel, baseUrl: string, at: Date): Promise<Pricing | null> {
  const { calcPrice, findProvider } = await import('@pydantic/genai-prices');
  // Without a provider the library guesses one by the model's name; another server's price is not this one's.
  const provider = findProvider({ providerApiUrl: baseUrl });
  if (!provider) return null;
  const price = (usage: Parameters<typeof calcPrice>[0], timestamp: Date) =>
    calcPrice(usage, model.model, { providerId: provider.id, timestamp });
  const found = price({ input_tokens: 1, output_tokens: 1 }, at);
  const prices = found?.model_price;
  if (!found || prices?.input_mtok === undefined || prices.output_mtok === undefined) return null;
  const factors = provider.id === 'openai' || provider.id === 'azure' ? openaiFactors : {};
  const micros = ({ input, cached, cacheWritten, output }: Usage, factor: number, timestamp = at) => {
    const usage = {
      input_tokens: input,
      cache_read_tokens: cached,
      cache_write_tokens: cacheWritten,
      output_tokens: output,
    };
    const priced = price(usage, timestamp);
    if (!priced) throw new Error(`The price library lost the price of ${model.model}.`);
    return microsOfUsd(priced.total_price * factor);
  };
  const base = (rate: (typeof prices)[string]) => (typeof rate === 'object' ? rate.base : rate);
  const input = base(prices.input_mtok) ?? 0;
  return {
    origin: { source: `genai-prices ${priceLibrary.version} of ${priceLibrary.date}`, date: sinceOf(found) },
    list: { input, output: base(prices.output_mtok) ?? 0, cachedInput: base(prices.cache_read_mtok) ?? input },
    knows: (tier) => factorOf(factors, tier).stated,
    costOf: (usage, tier = null) => micros(usage, factorOf(factors, tier).factor),
    worstCost(input, output) {
      const plain = { input, cached: 0, cacheWritten: 0, output };
      // Writing to the cache may cost more than plain input.
      const written = { ...plain, cacheWritten: input };
      const times = [at, new Date(at.getTime() + longestCall)];
      const factor = worstFactor(factors, model.serviceTier);
      return Math.max(...times.flatMap((time) => [micros(plain, factor, time), micros(written, factor, time)]));
    },
  };
}

/** The day from which on the price holds, where the library says it. */
function sinceOf({ model, model_price: held }: PriceCalculation): string | null {
  if (!Array.isArray(model.prices)) return null;
  const constraint = model.prices.find(({ prices }) => prices === held)?.constraint;
  return constraint?.type === 'start_date' ? constraint.start_date : null;
}
