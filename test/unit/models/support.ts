import type { Config } from '../../../src/domain/config.ts';
import { configSchema } from '../../../src/domain/config.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';
import type { EventDraft, EventOf } from '../../../src/domain/event.ts';
import type { Fault, FaultCode } from '../../../src/domain/fault.ts';
import { fail, ok } from '../../../src/domain/result.ts';
import type { Budget, BudgetWarning, Cap, WorstCase } from '../../../src/engine/ports/budget.ts';
import type { CallRecord } from '../../../src/engine/ports/calls.ts';
import type { ChatRequest } from '../../../src/engine/ports/chat.ts';
import type { Clock } from '../../../src/models/clock.ts';
import { createModels, type ModelsOptions } from '../../../src/models/models.ts';

export const never = new AbortController().signal;

export function requestOf(changes: Partial<ChatRequest> = {}): ChatRequest {
  return {
    scope: { runId: 'run-1', tierId: 'tier-1', phaseId: 'greeting', attempt: 1 },
    role: 'builder',
    component: null,
    system: 'You write patches.',
    messages: [{ role: 'user', text: 'Greet the user by name.' }],
    outputLimit: 4000,
    schema: null,
    ...changes,
  };
}

export const findingsSchema = {
  name: 'audit',
  schema: {
    type: 'object',
    properties: { summary: { type: 'string' } },
    required: ['summary'],
    additionalProperties: false,
  },
};

/** One cap for everything, kept in memory. */
export interface MemoryBudget extends Budget {
  readonly reserved: ReadonlyMap<string, WorstCase>;
  readonly spent: { micros: number; tokens: number };
  readonly warnings: BudgetWarning[];
}

export function createMemoryBudget(cap: Cap = { micros: null, tokens: null }): MemoryBudget {
  const reserved = new Map<string, WorstCase>();
  const spent = { micros: 0, tokens: 0 };
  const warnings: BudgetWarning[] = [];
  const left = () => {
    let { micros, tokens } = spent;
    for (const worst of reserved.values()) {
      micros += worst.micros ?? 0;
      tokens += worst.tokens;
    }
    return {
      micros: cap.micros === null ? null : cap.micros - micros,
      tokens: cap.tokens === null ? null : cap.tokens - tokens,
    };
  };
  return {
    reserved,
    spent,
    warnings,
    setCap() {},
    headroom: left,
    reserve(callId, _scope, model, worst) {
      const { micros, tokens } = left();
      if (worst.micros === null && tokens === null) return fail({ code: 'budget/price-unknown', model });
      const fits = (micros === null || (worst.micros ?? 0) <= micros) && (tokens === null || worst.tokens <= tokens);
      if (!fits) {
        const need = { needMicros: worst.micros, needTokens: worst.tokens };
        return fail({ code: 'budget/exceeded', level: 'phase', ...need, leftMicros: micros, leftTokens: tokens });
      }
      reserved.set(callId, worst);
      return ok(undefined);
    },
    settle(callId, tokens, cost) {
      const worst = reserved.get(callId);
      if (!worst) throw new Error(`${callId} was not reserved`);
      reserved.delete(callId);
      const total = tokens.input + tokens.output;
      spent.micros += cost.micros;
      spent.tokens += total;
      const overrun = total > worst.tokens || (worst.micros !== null && cost.micros > worst.micros);
      return { overrun, warnings: warnings.splice(0) };
    },
    release(callId) {
      if (!reserved.delete(callId)) throw new Error(`${callId} was not reserved`);
    },
    takeFaults: () => [],
  };
}

/** Time that passes only by sleeping; the sleeps are kept. */
export function createTestClock(): Clock & { readonly sleeps: number[] } {
  const sleeps: number[] = [];
  let at = Date.parse('2026-11-20T10:00:00Z');
  return {
    sleeps,
    now: () => new Date(at),
    random: () => 0,
    async sleep(seconds, signal) {
      if (signal.aborted) throw new EngineError({ code: 'interrupted' });
      sleeps.push(seconds);
      at += seconds * 1000;
    },
  };
}

/** What a cost says of a price that the configuration states. */
export const ownPrice = { price: { source: 'your configuration', date: null } };

export type ModelsConfig = Config['models'];

export function modelsConfig(input: unknown = {}): ModelsConfig {
  return configSchema.parse({ models: input }).models;
}

export interface Bench {
  readonly models: ReturnType<typeof createModels>;
  readonly events: EventDraft[];
  readonly calls: CallRecord[];
  readonly budget: MemoryBudget;
  readonly clock: ReturnType<typeof createTestClock>;
  of<Type extends EventDraft['type']>(type: Type): Omit<EventOf<Type>, 'eventId' | 'at' | 'runId'>[];
}

/** Models over everything in memory; `url` becomes the provider `lab` with the model `lab/small` for every role. */
export function createBench(url: string | null, changes: Partial<ModelsOptions> & { cap?: Cap } = {}): Bench {
  const events: EventDraft[] = [];
  const calls: CallRecord[] = [];
  const budget = createMemoryBudget(changes.cap ?? { micros: null, tokens: 1_000_000 });
  const clock = createTestClock();
  const lab = { lab: { baseUrl: url ?? 'http://127.0.0.1:9/v1', apiKeyEnv: 'LAB_KEY' } };
  const models = createModels({
    config: modelsConfig({
      providers: lab,
      roles: { builder: 'lab/small', auditor: 'lab/small' },
      prices: { 'lab/small': { input: 1, output: 2, cachedInput: 0.1 } },
    }),
    configDirectory: '/nowhere',
    environment: { LAB_KEY: 'secret-key-1' },
    budget,
    keeper: { keepCall: async (call) => void calls.push(call) },
    emit: async (event) => void events.push(event),
    clock,
    redact: (text) => text,
    timers: { firstByte: 10, idle: 10, total: 20 },
    ...changes,
  });
  return {
    models,
    events,
    calls,
    budget,
    clock,
    of: (type) => events.filter((event) => event.type === type) as never,
  };
}

/** The fault that a promise or function fails with, which must be one of these codes. */
export async function faultFrom<Code extends FaultCode>(
  work: Promise<unknown> | (() => unknown),
  code: Code,
): Promise<Extract<Fault, { code: Code }>> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (error instanceof EngineError && error.fault.code === code) return error.fault as Extract<Fault, { code: Code }>;
    throw error;
  }
  throw new Error(`It did not fail with ${code}.`);
}
