import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { EngineError } from '../../../src/domain/engine-error.ts';
import type { EventDraft } from '../../../src/domain/event.ts';
import { noSpend } from '../../../src/domain/money.ts';
import {
  attemptStart,
  callOf,
  landing,
  open,
  phaseStart,
  planOf,
  runStart,
  scopeOf,
  specOf,
  stamper,
  stateDirectory,
  tidy,
} from './fixtures.ts';

const plan = planOf('api', 'docs');
const because = { kind: 'checks', summary: 'npm test failed.', detail: 'not ok 1', signature: 's' } as const;
const refused = { code: 'patch/unreadable', detail: 'Prose only.' } as const;

const twoOfApi: readonly EventDraft[] = [
  runStart(plan),
  phaseStart(specOf(plan, 'docs')),
  attemptStart('docs', 1),
  phaseStart(specOf(plan, 'api')),
  attemptStart('api', 1),
  { type: 'patch-refused', stage: 'ERROR', phaseId: 'api', attempt: 1, fault: refused },
  attemptStart('api', 2),
  {
    type: 'verdict-reached',
    stage: 'COMPLETE',
    phaseId: 'api',
    attempt: 2,
    verdict: { type: 'revise', because },
    risk: null,
  },
];

async function ledgerWith(drafts: readonly EventDraft[]) {
  const directory = stateDirectory();
  const ledger = open(directory);
  const stamp = stamper('run-1');
  for (const draft of drafts) await ledger.record(stamp(draft));
  return { directory, ledger };
}

describe('the attempts of a run', () => {
  afterEach(tidy);

  it('name the model that answered where another one had to', async () => {
    const change = {
      type: 'model-fallback',
      stage: 'DISPATCH',
      phaseId: 'api',
      attempt: 2,
      from: 'lab/builder',
      to: 'other/one',
      why: 'outage',
      reason: 'other/one is asked instead.',
      fault: null,
    } as const;
    const { ledger } = await ledgerWith([
      ...twoOfApi,
      { ...change, role: 'auditor', to: 'other/two' },
      { ...change, role: 'builder' },
    ]);
    assert.deepEqual(
      ledger.attempts('run-1').map(({ phaseId, attempt, model, reason }) => [phaseId, attempt, model, reason]),
      [
        ['api', 1, 'lab/builder', 'First.'],
        ['api', 2, 'other/one', 'First.; other/one is asked instead.'],
        ['docs', 1, 'lab/builder', 'First.'],
      ],
    );
  });

  it('come phase by phase in the plan’s order, each with what became of it', async () => {
    const { ledger } = await ledgerWith(twoOfApi);
    assert.deepEqual(
      ledger
        .attempts('run-1')
        .map(({ phaseId, attempt, refused, verdict, endedAt }) => [
          phaseId,
          attempt,
          refused?.code ?? null,
          verdict?.type ?? null,
          endedAt !== null,
        ]),
      [
        ['api', 1, 'patch/unreadable', null, true],
        ['api', 2, null, 'revise', false],
        ['docs', 1, null, null, false],
      ],
    );
    assert.deepEqual(ledger.attempts('other'), []);
  });

  it('carry what their own calls cost, and nothing where none was made', async () => {
    const { ledger } = await ledgerWith(twoOfApi);
    await ledger.keepCall(callOf('one', { scope: { ...scopeOf('api'), attempt: 1 } }));
    await ledger.keepCall(callOf('two', { scope: { ...scopeOf('api'), attempt: 2 } }));
    await ledger.keepCall(callOf('three', { scope: { ...scopeOf('api'), attempt: 2 } }));
    const spends = ledger.attempts('run-1').map(({ spend }) => [spend.calls, spend.cost.micros, spend.tokens.input]);
    assert.deepEqual(spends, [
      [1, 700, 100],
      [2, 1400, 200],
      [0, 0, 0],
    ]);
  });

  it('that hold something else than an attempt are damage', async () => {
    const { directory, ledger } = await ledgerWith(twoOfApi);
    const file = new DatabaseSync(`${directory}/ledger.sqlite`);
    file.exec(`UPDATE attempts SET verdict = '={"type":"maybe"}' WHERE attempt = 2`);
    file.close();
    assert.throws(
      () => ledger.attempts('run-1'),
      (error) => error instanceof EngineError && error.fault.code === 'store/damaged',
    );
  });
});

describe('a run in a list', () => {
  afterEach(tidy);

  it('does not count a phase that was rolled back as landed', async () => {
    const of = { phaseId: 'api', attempt: 1 };
    const landed: readonly EventDraft[] = [
      runStart(plan),
      phaseStart(specOf(plan, 'api')),
      attemptStart('api', 1),
      { type: 'phase-landed', stage: 'COMPLETE', ...of, landing },
      {
        type: 'phase-end',
        stage: 'COMPLETE',
        phaseId: 'api',
        state: 'landed',
        failure: null,
        reason: null,
        fault: null,
        attempts: 1,
        commit: landing.commit,
        spend: noSpend,
      },
      { type: 'run-end', stage: 'COMPLETE', outcome: 'done', exitCode: 0, reason: null, phases: [] },
    ];
    const { ledger } = await ledgerWith(landed);
    assert.equal(ledger.runs({ limit: 1 })[0]?.landed, 1);
    const rolledBack: EventDraft = {
      type: 'phase-rolled-back',
      stage: 'COMPLETE',
      phaseId: 'api',
      landing,
      commit: 'f'.repeat(40),
    };
    await ledger.record({ ...stamper('run-1')(rolledBack), eventId: 'run-1-later' });
    const [run] = ledger.runs({ limit: 1 });
    assert.deepEqual([run?.landed, run?.state], [0, 'done']);
  });
});
