import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EngineEvent } from '../../../src/domain/event.ts';
import { createEmitter } from '../../../src/engine/emitter.ts';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { systemClock } from '../../../src/models/clock.ts';
import { type ScriptedReply, startScriptedModelServer } from '../../support/scripted-model-server.ts';
import { createBench, never, requestOf } from './support.ts';

describe('calls that are metered by the store', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'countersign-store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function play(replies: readonly ScriptedReply[], calls: number, micros: number) {
    const server = await startScriptedModelServer({ replies });
    const ledger = openLedger(folder);
    const ended: Extract<EngineEvent, { type: 'call-end' }>[] = [];
    const emit = createEmitter({
      runId: 'run-1',
      recorder: ledger,
      listeners: [(event) => void (event.type === 'call-end' && ended.push(event))],
      now: () => new Date(),
      onListenerError: (error) => {
        throw error;
      },
    });
    ledger.setCap('run', 'run-1', { micros, tokens: null });
    const bench = createBench(server.url, {
      budget: ledger,
      keeper: ledger,
      emit,
      clock: { ...systemClock, sleep: async () => {} },
    });
    const scope = (index: number) => ({ runId: 'run-1', tierId: 't', phaseId: `phase-${index % 3}`, attempt: 1 });
    const results = await Promise.allSettled(
      Array.from({ length: calls }, (_, index) =>
        bench.models.for('builder').complete(requestOf({ scope: scope(index) }), never),
      ),
    );
    const sent = server.requests.length;
    await server.close();
    return { ledger, ended, results, sent };
  }

  it('agree with the events and with the kept calls, whatever becomes of them', async () => {
    const usage = { input: 80, cached: 40, output: 300 };
    const { ledger, ended, results, sent } = await play(
      [
        { phase: 'phase-0', text: 'cut', failure: 'cut', times: 2 },
        { phase: 'phase-1', status: 503, times: 2 },
        { phase: 'phase-2', text: 'long', finish: 'length', usage, times: 1 },
        { text: 'a patch', usage },
      ],
      12,
      1_000_000,
    );
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 11);
    assert.equal(sent, 16);
    assert.equal(ended.length, 16);
    const total = ended.reduce((sum, { cost }) => sum + cost.micros, 0);
    const tokens = ended.reduce((sum, event) => sum + event.tokens.input + event.tokens.output, 0);
    for (const by of ['phase', 'model', 'run'] as const) {
      const report = ledger.spend({ by });
      assert.equal(report.total.costMicros, total, by);
      assert.equal(report.total.input + report.total.output, tokens, by);
      assert.equal(report.total.costLabel, 'estimated', by);
    }
    assert.deepEqual(ledger.checkIntegrity(), []);
    ledger.close();
  });

  it('stop at the cap, and never pass it', async () => {
    const cap = 30_000;
    const { ledger, results, sent } = await play([{ text: 'x', usage: { input: 60, output: 1000 } }], 12, cap);
    const refused = results.filter(
      (result) => result.status === 'rejected' && result.reason.fault?.code === 'budget/exceeded',
    );
    assert.ok(refused.length > 0 && refused.length < 12, `${refused.length} refused`);
    assert.equal(sent + refused.length, 12);
    assert.ok(ledger.spend({ by: 'run' }).total.costMicros <= cap);
    ledger.close();
  });
});
