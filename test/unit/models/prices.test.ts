import assert from 'node:assert/strict';
import { calcPrice } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { pricingOf } from '../../../src/models/prices.ts';

const at = new Date('2026-11-20T10:00:00Z');
const openai = 'https://api.openai.com/v1';

function priced(model: string, baseUrl: string | null, overrides = {}, when = at) {
  return pricingOf({ id: `p/${model}`, model, baseUrl, recorded: false }, overrides, when);
}

describe('a price', () => {
  it('of the configuration holds over the library’s', async () => {
    const pricing = await priced('gpt-5', openai, { 'p/gpt-5': { input: 100, output: 200, cachedInput: 10 } });
    assert.equal(pricing?.source, 'configuration');
    assert.equal(pricing?.costOf({ input: 10, cached: 4, cacheWritten: 0, output: 3 }), 600 + 40 + 600);
    assert.equal(pricing?.worstCost(10, 3), 1600);
  });

  it('of the configuration is that of plain input where none is stated for cached input', async () => {
    const pricing = await priced('m', null, { 'p/m': { input: 3, output: 0 } });
    assert.equal(pricing?.costOf({ input: 10, cached: 10, cacheWritten: 0, output: 9 }), 30);
  });

  it('is rounded up to whole micro-dollars, and exact amounts stay as they are', async () => {
    const pricing = await priced('m', null, { 'p/m': { input: 0.07, output: 0.1 } });
    assert.equal(pricing?.costOf({ input: 1, cached: 0, cacheWritten: 0, output: 0 }), 1);
    assert.equal(pricing?.costOf({ input: 1_000_000, cached: 0, cacheWritten: 0, output: 0 }), 70_000);
    assert.equal(pricing?.costOf({ input: 0, cached: 0, cacheWritten: 0, output: 30 }), 3);
  });

  it('is known to be nothing only where that is declared', async () => {
    const pricing = await priced('llama', 'http://127.0.0.1:11434/v1', { 'p/llama': { input: 0, output: 0 } });
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
    const before = await priced('o3', openai, {}, new Date('2025-06-01T00:00:00Z'));
    const after = await priced('o3', openai, {}, new Date('2025-07-01T00:00:00Z'));
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
          const pricing = await priced('m', null, { 'p/m': { input: i, output: o, cachedInput: c } });
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
