import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { calcPrice, findProvider } from '@pydantic/genai-prices';
import fc from 'fast-check';
import type { Price } from '../../../src/domain/config.ts';
import { priceLibrary, pricingOf } from '../../../src/models/prices.ts';

const at = new Date('2026-11-20T10:00:00Z');
const openai = 'https://api.openai.com/v1';

interface Asked {
  readonly overrides?: Readonly<Record<string, Price>>;
  readonly when?: Date;
  readonly serviceTier?: string | null;
}

function priced(model: string, baseUrl: string | null, { overrides = {}, when = at, serviceTier = null }: Asked = {}) {
  return pricingOf({ id: `p/${model}`, model, baseUrl, recorded: false, serviceTier }, overrides, when);
}

const usageOf = (input: number, output: number, cached = 0, cacheWritten = 0) => ({
  input,
  cached,
  cacheWritten,
  output,
});

describe('a price', () => {
  it('of the configuration holds over the library’s', async () => {
    const pricing = await priced('gpt-5', openai, {
      overrides: { 'p/gpt-5': { input: 100, output: 200, cachedInput: 10 } },
    });
    assert.deepEqual(pricing?.origin, { source: 'your configuration', date: null });
    assert.equal(pricing?.costOf({ input: 10, cached: 4, cacheWritten: 0, output: 3 }), 600 + 40 + 600);
    assert.equal(pricing?.worstCost(10, 3), 1600);
  });

  it('of the configuration is that of plain input where none is stated for cached input', async () => {
    const pricing = await priced('m', null, { overrides: { 'p/m': { input: 3, output: 0 } } });
    assert.equal(pricing?.costOf({ input: 10, cached: 10, cacheWritten: 0, output: 9 }), 30);
  });

  it('is rounded up to whole micro-dollars, and exact amounts stay as they are', async () => {
    const pricing = await priced('m', null, { overrides: { 'p/m': { input: 0.07, output: 0.1 } } });
    assert.equal(pricing?.costOf({ input: 1, cached: 0, cacheWritten: 0, output: 0 }), 1);
    assert.equal(pricing?.costOf({ input: 1_000_000, cached: 0, cacheWritten: 0, output: 0 }), 70_000);
    assert.equal(pricing?.costOf({ input: 0, cached: 0, cacheWritten: 0, output: 30 }), 3);
  });

  it('is known to be nothing only where that is declared', async () => {
    const pricing = await priced('llama', 'http://127.0.0.1:11434/v1', {
      overrides: { 'p/llama': { input: 0, output: 0 } },
    });
    assert.equal(pricing?.costOf({ input: 1000, cached: 0, cacheWritten: 0, output: 1000 }), 0);
    assert.equal(await priced('llama', 'http://127.0.0.1:11434/v1'), null);
  });

  for (const [what, model, url] of [
    ['a local server, even for a model with a famous name', 'gpt-5', 'http://127.0.0.1:8080/v1'],
    ['a model that is not listed', 'gpt-99-imaginary', openai],
    ['a model that is not charged by the token', 'whisper-1', openai],
    ['a model that writes no text', 'text-embedding-3-small', openai],
    ['a model named like a property of every object', 'constructor', openai],
    ['a model without an address', 'gpt-5', null],
  ] as const) {
    it(`is unknown for ${what}`, async () => {
      assert.equal(await priced(model, url), null);
    });
  }

  it('of the library steps with the length of the request', async () => {
    const pricing = await priced('gpt-5.5', openai);
    const cost = (input: number) => pricing?.costOf({ input, cached: 0, cacheWritten: 0, output: 1000 });
    assert.equal(cost(200_000), 1_000_000 + 30_000);
    assert.equal(cost(300_000), 3_000_000 + 45_000);
  });

  it('of the library is the one that held at the time', async () => {
    const usage = { input: 1_000_000, cached: 0, cacheWritten: 0, output: 0 };
    const before = await priced('o3', openai, { when: new Date('2025-06-01T00:00:00Z') });
    const after = await priced('o3', openai, { when: new Date('2025-07-01T00:00:00Z') });
    assert.deepEqual([before?.costOf(usage), after?.costOf(usage)], [10_000_000, 2_000_000]);
  });

  it('of a provider found by its address is that provider’s', async () => {
    const pricing = await priced('anthropic/claude-sonnet-4.5', 'https://openrouter.ai/api/v1');
    assert.equal(pricing?.costOf({ input: 1000, cached: 0, cacheWritten: 0, output: 1000 }), 18_000);
  });

  it('agrees with the library’s own sum, rounded up, for any usage', async () => {
    const models = ['gpt-6-sol', 'gpt-5.6-terra', 'gpt-5.5', 'gpt-5-mini', 'gpt-4.1', 'o3', 'gpt-5-pro'];
    const count = fc.oneof(fc.nat(2000), fc.nat(900_000));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...models), count, count, count, count, async (model, a, b, c, output) => {
        const usage = { input: a + b + c, cached: b, cacheWritten: c, output };
        const theirs = calcPrice(
          { input_tokens: a + b + c, cache_read_tokens: b, cache_write_tokens: c, output_tokens: output },
          model,
          { providerId: 'openai', timestamp: at },
        );
        const pricing = await priced(model, openai);
        assert.ok(pricing && theirs);
        const ours = pricing.costOf(usage);
        assert.ok(Number.isInteger(ours));
        assert.ok(ours >= theirs.total_price * 1e6 - 1e-6 && ours < theirs.total_price * 1e6 + 1, `${ours}`);
        assert.ok(ours <= pricing.worstCost(usage.input, output), 'never more than the worst case');
      }),
      { numRuns: 300 },
    );
  });

  it('of the configuration is never more than its worst case', async () => {
    const price = fc.double({ min: 0, max: 500, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        price,
        price,
        price,
        fc.nat(1_000_000),
        fc.nat(1_000_000),
        fc.nat(100_000),
        async (i, o, c, a, b, n) => {
          const pricing = await priced('m', null, { overrides: { 'p/m': { input: i, output: o, cachedInput: c } } });
          assert.ok(pricing);
          assert.ok(
            pricing.costOf({ input: a + b, cached: b, cacheWritten: 0, output: n }) <= pricing.worstCost(a + b, n),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('where a price comes from', () => {
  it('is told with the day since which it holds', async () => {
    const source = `genai-prices ${priceLibrary.version} of ${priceLibrary.date}`;
    assert.deepEqual((await priced('gpt-5', openai))?.origin, { source, date: null });
    assert.deepEqual((await priced('o3', openai))?.origin, { source, date: '2025-06-10' });
    const overrides = { 'p/m': { input: 1, output: 2, since: '2026-10-01' } };
    assert.deepEqual((await priced('m', null, { overrides }))?.origin, {
      source: 'your configuration',
      date: '2026-10-01',
    });
  });

  it('names the version of the library that is installed', () => {
    const file = new URL('../../../node_modules/@pydantic/genai-prices/package.json', import.meta.url);
    assert.equal(priceLibrary.version, JSON.parse(readFileSync(file, 'utf8')).version);
  });
});

describe('a price of the configuration', () => {
  it('holds from its day on; before that the library’s does', async () => {
    const overrides = { 'p/gpt-5': { input: 100, output: 200, since: '2026-11-20' } };
    const before = await priced('gpt-5', openai, { overrides, when: new Date('2026-11-19T23:59:59Z') });
    const after = await priced('gpt-5', openai, { overrides, when: new Date('2026-11-20T00:00:00Z') });
    assert.deepEqual([before?.list.input, after?.list.input], [1.25, 100]);
    const unpriced = { 'p/m': { input: 1, output: 1, since: '2027-01-01' } };
    assert.equal(await priced('m', null, { overrides: unpriced }), null, 'not yet, and nobody else states one');
  });

  it('may differ for writing to the cache', async () => {
    const overrides = { 'p/m': { input: 10, output: 0, cachedInput: 1, cacheWrite: 12.5 } };
    const pricing = await priced('m', null, { overrides });
    assert.equal(pricing?.costOf(usageOf(100, 0, 40, 20)), 40 * 10 + 40 + 250);
    assert.equal(pricing?.worstCost(100, 0), 1250);
  });

  it('may step up for long requests, for all of their tokens', async () => {
    const above = { tokens: 1000, input: 4, output: 9, cachedInput: 2 };
    const overrides = { 'p/m': { input: 2, output: 6, cachedInput: 1, above } };
    const pricing = await priced('m', null, { overrides });
    assert.equal(pricing?.costOf(usageOf(999, 10, 9)), 990 * 2 + 9 + 60);
    assert.equal(pricing?.costOf(usageOf(1000, 10, 10)), 990 * 4 + 20 + 90);
    assert.equal(pricing?.worstCost(1000, 10), 4090);
  });
});

describe('a service tier', () => {
  const overrides = { 'p/m': { input: 10, output: 10, serviceTiers: { flex: 0.5, priority: 1.75 } } };

  it('has the factor that is stated', async () => {
    const pricing = await priced('m', null, { overrides });
    const costs = ['default', 'flex', 'FLEX', 'priority'].map((tier) => pricing?.costOf(usageOf(50, 50), tier));
    assert.deepEqual(costs, [1000, 500, 500, 1750]);
    assert.equal(pricing?.costOf(usageOf(1, 0), 'flex'), 5, 'rounded up once');
  });

  it('without a stated factor is guessed to the dear side, and known as a guess', async () => {
    const pricing = await priced('m', null, { overrides: { 'p/m': { input: 10, output: 10 } } });
    assert.deepEqual(
      ['default', 'on_demand', '', 'flex', 'priority', 'constructor'].map((tier) => [
        pricing?.costOf(usageOf(50, 50), tier),
        pricing?.knows(tier),
      ]),
      [
        [1000, true],
        [1000, true],
        [1000, true],
        [1000, false],
        [2000, false],
        [1000, false],
      ],
    );
  });

  it('halves OpenAI’s prices for batch and flex', async () => {
    const pricing = await priced('gpt-5', openai);
    const [usual, flex, batch] = [null, 'flex', 'batch'].map((tier) => pricing?.costOf(usageOf(1_000_000, 0), tier));
    assert.deepEqual([usual, flex, batch], [1_250_000, 625_000, 625_000]);
    assert.deepEqual([pricing?.knows('flex'), pricing?.knows('priority')], [true, false]);
  });

  it('that is asked for counts in the worst case, but never below the usual price', async () => {
    const [usual, flex, priority] = await Promise.all(
      [null, 'flex', 'priority'].map((serviceTier) => priced('m', null, { overrides, serviceTier })),
    );
    assert.deepEqual(
      [usual, flex, priority].map((pricing) => pricing?.worstCost(50, 50)),
      [1000, 1000, 1750],
    );
  });
});

describe('the library’s own tables', () => {
  const addresses = {
    openai,
    anthropic: 'https://api.anthropic.com/v1',
    google: 'https://generativelanguage.googleapis.com/v1beta/openai',
    groq: 'https://api.groq.com/openai/v1',
    mistral: 'https://api.mistral.ai/v1',
    deepseek: 'https://api.deepseek.com/v1',
    openrouter: 'https://openrouter.ai/api/v1',
    'x-ai': 'https://api.x.ai/v1',
    fireworks: 'https://api.fireworks.ai/inference/v1',
    together: 'https://api.together.xyz/v1',
  };

  for (const [providerId, url] of Object.entries(addresses)) {
    it(`agree with ours for every priced model of ${providerId}`, async () => {
      let compared = 0;
      for (const { id: listed } of findProvider({ providerId })?.models ?? []) {
        // It lists the last part of the name that its requests carry.
        const id = providerId === 'fireworks' ? `accounts/fireworks/models/${listed}` : listed;
        for (const when of [at, new Date('2025-03-01T03:00:00Z')]) {
          for (const [input, output, cached, cacheWritten] of [
            [1, 1, 0, 0],
            [12_345, 678, 1234, 0],
            [12_345, 678, 1234, 567],
            [250_001, 9_999, 200_000, 1],
          ] as const) {
            const usage = { input_tokens: input, output_tokens: output, cache_read_tokens: cached };
            const written = cacheWritten > 0 ? { cache_write_tokens: cacheWritten } : {};
            const theirs = calcPrice({ ...usage, ...written }, id, { providerId, timestamp: when });
            const pricing = await priced(id, url, { when });
            if (!theirs || !pricing) {
              const rates = theirs?.model_price;
              assert.ok(!rates?.input_mtok || !rates.output_mtok, `${id} is priced by the library alone`);
              continue;
            }
            const exact = theirs.total_price * 1e6;
            const ours = pricing.costOf(usageOf(input, output, cached, cacheWritten));
            assert.ok(ours >= exact - 1e-6 && ours < exact + 1, `${id}: ${ours} for ${exact}`);
            assert.ok(ours <= pricing.worstCost(input, output), `${id}: more than the worst case`);
            compared += 1;
          }
        }
      }
      assert.ok(compared > 20, `${compared} compared`);
    });
  }
});
