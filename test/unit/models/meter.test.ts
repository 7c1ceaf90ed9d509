import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ChatRequest } from '../../../src/engine/ports/chat.ts';
import {
  type ClientCall,
  type ClientReply,
  type ModelClient,
  type Usage,
  WireFailure,
} from '../../../src/models/client.ts';
import { type MeterOptions, metered } from '../../../src/models/meter.ts';
import { pricingOf } from '../../../src/models/prices.ts';
import { leastOutput } from '../../../src/models/reserve.ts';
import { counterFor } from '../../../src/models/tokens.ts';
import { createMemoryBudget, createTestClock, faultFrom, never, requestOf } from './support.ts';

const price = { 'lab/m': { input: 1, output: 2, cachedInput: 0.1 } };

function usageReply(usage: Partial<Usage>, text = 'ok'): ClientReply {
  const counted = { input: 10, cached: 0, cacheWritten: 0, output: 5, ...usage };
  return {
    text,
    toolCalls: [],
    tookTools: true,
    servedBy: null,
    charge: { type: 'reported', usage: counted, billedMicros: null, serviceTier: null },
  };
}

/** The fields of any event that these tests look at. */
interface SeenEvent {
  readonly type: string;
  readonly reserved?: { readonly tokens: number };
  readonly cost?: { readonly micros: number; readonly label: string };
  readonly overrun?: boolean;
  readonly message?: string;
}

function setUp(
  answer: (call: ClientCall, signal: AbortSignal) => ClientReply | Promise<ClientReply>,
  cap: { micros: number | null; tokens: number | null },
  changes: Partial<MeterOptions> & { prices?: typeof price | Record<string, never> } = {},
) {
  const sent: ClientCall[] = [];
  const log: string[] = [];
  const budget = createMemoryBudget(cap);
  const client: ModelClient = {
    id: 'lab/m',
    recorded: false,
    async send(call, signal) {
      log.push('send');
      sent.push(call);
      return answer(call, signal);
    },
  };
  const events: SeenEvent[] = [];
  const options: MeterOptions = {
    model: 'lab/m',
    budget: {
      ...budget,
      reserve: (...reservation) => {
        log.push('reserve');
        return budget.reserve(...reservation);
      },
      settle: (...settlement) => {
        log.push('settle');
        return budget.settle(...settlement);
      },
    },
    keeper: { keepCall: async () => void log.push('keep') },
    emit: async (event) => {
      log.push(event.type);
      events.push(event as SeenEvent);
    },
    clock: createTestClock(),
    counter: counterFor('gpt-5'),
    pictureTokens: () => 0,
    pricing: (at) =>
      pricingOf(
        { id: 'lab/m', model: 'm', baseUrl: null, recorded: false, serviceTier: null },
        changes.prices ?? price,
        at,
      ),
    ...changes,
  };
  const send = metered(client, options);
  let calls = 0;
  const run = (changes: Partial<ChatRequest> = {}, signal = never) =>
    send(requestOf(changes), `call-${calls++}`, signal);
  return { run, sent, log, budget, events };
}

describe('a metered call', () => {
  it('is reserved, told, sent, kept, settled and told, in this order', async () => {
    const { run, log } = setUp(() => usageReply({}), { micros: null, tokens: 100_000 });
    await run();
    assert.deepEqual(log, ['reserve', 'call-start', 'send', 'keep', 'settle', 'call-end']);
  });

  it('is kept and settled before its failure is told', async () => {
    const refusal = new WireFailure(
      { code: 'model/refused', provider: 'lab', detail: 'no' },
      {
        charge: {
          type: 'reported',
          usage: { input: 7, cached: 0, cacheWritten: 0, output: 1 },
          billedMicros: null,
          serviceTier: null,
        },
      },
    );
    const { run, log, budget } = setUp(() => Promise.reject(refusal), { micros: null, tokens: 100_000 });
    await assert.rejects(run(), refusal);
    assert.deepEqual(log, ['reserve', 'call-start', 'send', 'keep', 'settle', 'call-end']);
    assert.equal(budget.spent.tokens, 8);
  });

  it('asks for less output where all of it does not fit, and sends that limit', async () => {
    const tokens = setUp(() => usageReply({}), { micros: null, tokens: 3000 });
    await tokens.run({ outputLimit: 16_000 });
    const limit = tokens.sent[0]?.outputLimit ?? 0;
    assert.ok(limit >= leastOutput && limit < 3000 && limit > 2800, `${limit}`);

    const money = setUp(() => usageReply({}), { micros: 5000, tokens: null });
    await money.run({ outputLimit: 16_000 });
    const paid = money.sent[0]?.outputLimit ?? 0;
    assert.ok(paid > 2300 && paid < 2500, `${paid}`);
  });

  it('is refused and not sent where not even the least output fits', async () => {
    const { run, sent, log, budget } = setUp(() => usageReply({}), { micros: 2000, tokens: null });
    const fault = await faultFrom(run(), 'budget/exceeded');
    assert.ok((fault.needMicros ?? 0) > 2000);
    assert.equal(fault.leftMicros, 2000);
    assert.ok(fault.needTokens > leastOutput);
    assert.deepEqual(log, ['reserve']);
    assert.equal(sent.length, 0);
    assert.equal(budget.reserved.size, 0);
  });

  it('is sent where the little output it wants fits exactly', async () => {
    const probe = setUp(() => usageReply({}), { micros: null, tokens: 100_000 });
    await probe.run({ outputLimit: 100 });
    const needed = probe.events[0]?.reserved?.tokens ?? 0;
    const withCap = (tokens: number) => setUp(() => usageReply({}), { micros: null, tokens }).run({ outputLimit: 100 });
    assert.equal((await withCap(needed)).text, 'ok');
    await faultFrom(withCap(needed - 1), 'budget/exceeded');
  });

  it('is not sent, and not charged, when it is aborted while its start is told', async () => {
    const controller = new AbortController();
    const { run, sent, budget } = setUp(
      () => usageReply({}),
      { micros: null, tokens: 100_000 },
      { emit: async () => controller.abort() },
    );
    await faultFrom(run({}, controller.signal), 'interrupted');
    assert.equal(sent.length, 0);
    assert.equal(budget.spent.tokens, 0);
    assert.equal(budget.reserved.size, 0);
  });

  it('of unknown price needs a token cap, and its money stays unknown', async () => {
    const unknown = { prices: {} };
    await faultFrom(
      setUp(() => usageReply({}), { micros: 9_000_000, tokens: null }, unknown).run(),
      'budget/price-unknown',
    );
    const { run, events, budget } = setUp(() => usageReply({}), { micros: 9_000_000, tokens: 50_000 }, unknown);
    await run();
    assert.deepEqual(events.at(-1)?.cost, { micros: 0, label: 'unknown' });
    assert.equal(budget.spent.tokens, 15);
  });

  it('that used more than was set aside is settled in full and flagged', async () => {
    const { run, events, budget } = setUp(() => usageReply({ input: 50_000, output: 9000 }), {
      micros: null,
      tokens: 100_000,
    });
    await run();
    assert.equal(events.at(-1)?.overrun, true);
    assert.equal(budget.spent.tokens, 59_000);
  });

  it('tells the budget’s warnings', async () => {
    const { run, events, budget } = setUp(() => usageReply({}), { micros: null, tokens: 100_000 });
    const mark = { level: 'run', percent: 75, spentMicros: 3_760_000, capMicros: 5_000_000 } as const;
    budget.warnings.push({ ...mark, spentTokens: 9, capTokens: 100_000 });
    budget.warnings.push({ ...mark, percent: 90, capMicros: null, spentTokens: 90_001, capTokens: 100_000 });
    await run();
    assert.deepEqual(
      events.filter(({ type }) => type === 'budget-warning').map(({ message }) => message),
      [
        '75 % of the budget of this run is used: $3.76 of $5.00.',
        '90 % of the budget of this run is used: 90001 of 100000 tokens.',
      ],
    );
  });

  it('gives its reservation back when its start cannot be kept', async () => {
    const { run, sent, budget } = setUp(
      () => usageReply({}),
      { micros: null, tokens: 100_000 },
      {
        emit: () => Promise.reject(new Error('disk full')),
      },
    );
    await assert.rejects(run(), /disk full/);
    assert.equal(sent.length, 0);
    assert.equal(budget.reserved.size, 0);
  });

  it('is settled also where its reply cannot be kept', async () => {
    const { run, budget } = setUp(
      () => usageReply({}),
      { micros: null, tokens: 100_000 },
      { keeper: { keepCall: () => Promise.reject(new Error('disk full')) } },
    );
    await assert.rejects(run(), /disk full/);
    assert.deepEqual([budget.spent.tokens, budget.reserved.size], [15, 0]);
  });

  it('whose client breaks is settled at its worst', async () => {
    const { run, budget, events } = setUp(
      () => {
        throw new TypeError('x is undefined');
      },
      { micros: null, tokens: 100_000 },
    );
    const fault = await faultFrom(run(), 'internal/defect');
    assert.match(fault.detail, /x is undefined/);
    assert.ok(budget.spent.tokens > 4000);
    assert.equal(events.at(-1)?.cost?.label, 'estimated');
  });

  it('must end with a message of the user', async () => {
    const { run, log } = setUp(() => usageReply({}), { micros: null, tokens: 100_000 });
    await assert.rejects(run({ messages: [{ role: 'assistant', text: 'hi' }] }), /end with a user message/);
    await assert.rejects(run({ messages: [] }), /end with a user message/);
    assert.deepEqual(log, []);
  });
});

describe('parallel calls under one cap', () => {
  /** What a provider does with one call. */
  const behaviour = fc.record({
    outcome: fc.constantFrom('reply', 'refused', 'cut', 'unreported', 'broken'),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    turns: fc.nat(6),
    outputLimit: fc.integer({ min: 16, max: 20_000 }),
  });

  async function play(
    behaviours: readonly { outcome: string; share: number; turns: number; outputLimit: number }[],
    cap: number,
  ) {
    let most = 0;
    let index = 0;
    const held = setUp(
      async ({ outputLimit }) => {
        const { outcome, share, turns } = behaviours[index++] as (typeof behaviours)[number];
        const { spent, reserved } = held.budget;
        most = Math.max(
          most,
          [...reserved.values()].reduce((sum, worst) => sum + (worst.micros ?? 0), spent.micros),
        );
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        if (outcome === 'broken') throw new Error('broken');
        if (outcome === 'refused')
          throw new WireFailure({ code: 'model/unauthorized', provider: 'lab', keyName: null });
        if (outcome === 'cut') {
          const fault = { code: 'model/broken-reply', provider: 'lab', detail: 'cut' } as const;
          throw new WireFailure(fault, { charge: { type: 'uncertain' } });
        }
        if (outcome === 'unreported')
          return {
            text: 'ok',
            toolCalls: [],
            tookTools: true,
            servedBy: null,
            charge: { type: 'unreported', output: 'ok' },
          };
        // An honest provider: no more input than was counted, no more output than was asked for.
        return usageReply({ input: Math.floor(share * 80), output: Math.floor(share * outputLimit) });
      },
      { micros: cap, tokens: null },
    );
    const results = await Promise.allSettled(behaviours.map(({ outputLimit }) => held.run({ outputLimit })));
    return { ...held, most, results };
  }

  it('never have more set aside and spent than the cap, and leave nothing set aside', async () => {
    let calls = 0;
    let violations = 0;
    let mismatches = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(behaviour, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 0, max: 60_000 }),
        async (behaviours, cap) => {
          const { budget, sent, most, events } = await play(behaviours, cap);
          const ended = events.filter(({ type }) => type === 'call-end');
          calls += sent.length;
          if (most > cap || budget.spent.micros > cap) violations += 1;
          if (ended.reduce((sum, { cost }) => sum + (cost?.micros ?? 0), 0) !== budget.spent.micros) mismatches += 1;
          assert.equal(budget.reserved.size, 0);
          assert.equal(ended.length, sent.length);
        },
      ),
      { numRuns: 200 },
    );
    assert.ok(calls > 200, `${calls} calls`);
    assert.equal(violations, 0);
    assert.equal(mismatches, 0);
  });
});
