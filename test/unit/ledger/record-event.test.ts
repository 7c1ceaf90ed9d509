import assert from 'node:assert/strict';
import { EngineError } from '../../../src/domain/engine-error.ts';
import type { EngineEvent, EventDraft } from '../../../src/domain/event.ts';
import { noSpend } from '../../../src/domain/money.ts';
import { runRecordSchema } from '../../../src/domain/run.ts';
import type { Ledger } from '../../../src/ledger/open-ledger.ts';
import {
  attemptStart,
  cleanAudit,
  landing,
  open,
  phaseStart,
  planOf,
  report,
  runStart,
  specOf,
  stagedOf,
  stamper,
  stateDirectory,
  tidy,
} from './fixtures.ts';

const plan = planOf('api', 'docs');
const risk = { score: 10, level: 'low' as const, parts: [] };
const of = { phaseId: 'api', attempt: 1 };

const toReview: readonly EventDraft[] = [
  runStart(plan),
  phaseStart(specOf(plan, 'api')),
  attemptStart('api', 1),
  { type: 'phase-progress', stage: 'DISPATCH', ...of, state: 'building' },
  { type: 'patch-staged', stage: 'COMPLETE', ...of, staged: stagedOf('diff one'), summary: 'One.' },
  { type: 'checks-end', stage: 'COMPLETE', ...of, report },
  { type: 'audit-end', stage: 'AGGREGATE', ...of, audit: cleanAudit },
  { type: 'verdict-reached', stage: 'COMPLETE', ...of, verdict: { type: 'review', reasons: ['You sign.'] }, risk },
  { type: 'review-requested', stage: 'COMPLETE', ...of, reasons: ['You sign.'] },
  phaseEnd('awaiting-review', null),
  { type: 'run-end', stage: 'COMPLETE', outcome: 'awaiting-review', exitCode: 5, reason: null, phases: [] },
];

function phaseEnd(state: 'awaiting-review' | 'landed' | 'failed', commit: string | null): EventDraft {
  return {
    type: 'phase-end',
    stage: 'COMPLETE',
    phaseId: 'api',
    state,
    failure: null,
    reason: null,
    fault: null,
    attempts: 1,
    commit,
    spend: noSpend,
  };
}

async function recordAll(
  ledger: Ledger,
  drafts: readonly EventDraft[],
  stamp = stamper('run-1'),
): Promise<EngineEvent[]> {
  const events = drafts.map(stamp);
  for (const event of events) await ledger.record(event);
  return events;
}

describe('the recorder', () => {
  afterEach(tidy);

  it('gives back the events of a run as they were, in order, and those after a known one', async () => {
    const ledger = open(stateDirectory());
    const events = await recordAll(ledger, toReview);
    assert.deepEqual(ledger.events('run-1'), events);
    assert.deepEqual(ledger.events('run-1', { after: events[8]?.eventId ?? '' }), events.slice(9));
    assert.deepEqual(ledger.events('run-1', { limit: 2 }), events.slice(0, 2));
    assert.deepEqual(ledger.events('other'), []);
  });

  it('keeps an event once, however often it is recorded', async () => {
    const ledger = open(stateDirectory());
    await recordAll(ledger, toReview);
    await recordAll(ledger, toReview);
    assert.equal(ledger.events('run-1').length, toReview.length);
    assert.equal(ledger.runs({ limit: 10 }).length, 1);
  });

  it('refuses another event under an id that is taken', async () => {
    const ledger = open(stateDirectory());
    await recordAll(ledger, [runStart(plan)]);
    const other = stamper('run-1')(runStart(planOf('other')));
    await assert.rejects(ledger.record(other), (error) => {
      return error instanceof EngineError && error.fault.code === 'internal/defect';
    });
    assert.equal(ledger.run('run-1')?.phases.length, 2);
  });

  it('builds the record of a run that a review starts from', async () => {
    const ledger = open(stateDirectory());
    await recordAll(ledger, toReview);
    const run = ledger.run('run-1');
    assert.deepEqual(runRecordSchema.parse(run), run);
    assert.equal(run?.state, 'awaiting-review');
    assert.deepEqual(run?.plan, plan);
    const [api, docs] = run?.phases ?? [];
    assert.equal(api?.state, 'awaiting-review');
    assert.equal(api?.tierId, 'tier');
    assert.equal(api?.attempts, 1);
    assert.deepEqual(api?.staged, stagedOf('diff one'));
    assert.deepEqual(api?.checks, report);
    assert.deepEqual(api?.audit, cleanAudit);
    assert.deepEqual(api?.risk, risk);
    assert.deepEqual(api?.verdict, { type: 'review', reasons: ['You sign.'] });
    assert.equal(api?.landing, null);
    assert.equal(docs?.state, 'queued');
    assert.deepEqual(ledger.pendingReviews(), [api]);
    assert.deepEqual(ledger.phase('run-1', 'api'), api);
    assert.equal(ledger.phase('run-1', 'missing'), null);
  });

  it('follows a landing and its rollback', async () => {
    const ledger = open(stateDirectory());
    const stamp = stamper('run-1');
    await recordAll(ledger, toReview, stamp);
    await recordAll(
      ledger,
      [
        { type: 'review-decided', stage: 'ACK', ...of, decision: 'approve', note: null },
        { type: 'phase-landed', stage: 'COMPLETE', ...of, landing },
      ],
      stamp,
    );
    assert.equal(ledger.phase('run-1', 'api')?.state, 'landed', 'also when killed before phase-end');
    await recordAll(ledger, [phaseEnd('landed', landing.commit)], stamp);
    assert.deepEqual(ledger.pendingReviews(), []);
    assert.deepEqual(ledger.phase('run-1', 'api')?.landing, landing);
    assert.equal(ledger.landings()[0]?.rolledBack, null);
    const back = {
      type: 'phase-rolled-back',
      stage: 'COMPLETE',
      phaseId: 'api',
      landing,
      commit: 'f'.repeat(40),
    } as const;
    await recordAll(ledger, [back], stamp);
    assert.equal(ledger.phase('run-1', 'api')?.rolledBack, 'f'.repeat(40));
    const [kept] = ledger.landings({ commit: 'eeee' });
    assert.deepEqual(kept?.landing, landing);
    assert.equal(kept?.rolledBack, 'f'.repeat(40));
    assert.deepEqual(ledger.landings({ commit: 'ffff' }), []);
  });

  it('follows a landing that was undone, and brought back', async () => {
    const ledger = open(stateDirectory());
    const stamp = stamper('run-1');
    const landed = { type: 'phase-landed', stage: 'COMPLETE', ...of, landing } as const;
    await recordAll(ledger, [...toReview, landed, phaseEnd('landed', landing.commit)], stamp);
    assert.equal(ledger.runs({ limit: 1 })[0]?.landed, 1);
    const kept = 'refs/countersign/undone/main/@20261121T080000-000Z-0123abcd';
    const undone = { type: 'phase-undone', stage: 'COMPLETE', phaseId: 'api', landing, kept } as const;
    await recordAll(ledger, [undone], stamp);
    const phase = ledger.phase('run-1', 'api');
    assert.deepEqual([phase?.state, phase?.rolledBack, phase?.landing], ['landed', kept, landing]);
    assert.equal(ledger.landings()[0]?.rolledBack, kept);
    assert.equal(ledger.runs({ limit: 1 })[0]?.landed, 0);
    await recordAll(ledger, [landed], stamp);
    assert.equal(ledger.phase('run-1', 'api')?.rolledBack, null);
    assert.deepEqual(
      ledger.landings().map(({ rolledBack, rolledBackAt }) => [rolledBack, rolledBackAt]),
      [[null, null]],
    );
    assert.equal(ledger.runs({ limit: 1 })[0]?.landed, 1);
  });

  it('drops verdict and checks of a patch that was put on a moved branch, and the audit only of another diff', async () => {
    const ledger = open(stateDirectory());
    const stamp = stamper('run-1');
    await recordAll(ledger, toReview, stamp);
    const restaged = (patch: string): EventDraft => {
      return { type: 'patch-staged', stage: 'COMPLETE', ...of, staged: stagedOf(patch), summary: 'Moved.' };
    };
    await recordAll(ledger, [restaged('diff one')], stamp);
    const same = ledger.phase('run-1', 'api');
    assert.deepEqual([same?.verdict, same?.checks, same?.risk, same?.audit], [null, null, null, cleanAudit]);
    await recordAll(ledger, [restaged('diff two')], stamp);
    assert.equal(ledger.phase('run-1', 'api')?.audit, null);
  });

  it('shows no evidence of an earlier pass once a phase starts anew', async () => {
    const ledger = open(stateDirectory());
    const stamp = stamper('run-1');
    await recordAll(ledger, toReview, stamp);
    await recordAll(ledger, [phaseStart(specOf(plan, 'api'))], stamp);
    const phase = ledger.phase('run-1', 'api');
    assert.deepEqual([phase?.staged, phase?.audit, phase?.verdict, phase?.endedAt], [null, null, null, null]);
    assert.equal(phase?.attempts, 1, 'so that the next attempt gets the next number');
  });

  it('treats a phase that moves again as not ended', async () => {
    const ledger = open(stateDirectory());
    const stamp = stamper('run-1');
    await recordAll(ledger, toReview, stamp);
    assert.notEqual(ledger.phase('run-1', 'api')?.endedAt, null);
    await recordAll(ledger, [{ type: 'phase-progress', stage: 'DISPATCH', ...of, state: 'landing' }], stamp);
    assert.equal(ledger.phase('run-1', 'api')?.endedAt, null);
  });

  it('opens a resumed run again without forgetting its phases', async () => {
    const ledger = open(stateDirectory());
    const stamp = stamper('run-1');
    await recordAll(ledger, toReview, stamp);
    assert.equal(ledger.isRunLive('run-1'), false);
    await recordAll(ledger, [runStart(plan, true)], stamp);
    assert.equal(ledger.run('run-1')?.state, 'running');
    assert.equal(ledger.run('run-1')?.endedAt, null);
    assert.equal(ledger.phase('run-1', 'api')?.state, 'awaiting-review');
    assert.equal(ledger.isRunLive('run-1'), true);
  });

  it('keeps values over 64 KB whole, in files of their own', async () => {
    const directory = stateDirectory();
    const ledger = open(directory);
    const patch = 'ä line of a long diff\n'.repeat(20_000);
    const event = stamper('run-1')({
      type: 'patch-staged',
      stage: 'COMPLETE',
      ...of,
      staged: stagedOf(patch),
      summary: 'Long.',
    });
    await recordAll(ledger, [runStart(plan), phaseStart(specOf(plan, 'api')), attemptStart('api', 1)]);
    const late = { ...event, eventId: 'run-1-99999' };
    await ledger.record(late);
    assert.deepEqual(ledger.events('run-1').at(-1), late);
    assert.equal(ledger.phase('run-1', 'api')?.staged?.patch, patch);
    assert.deepEqual(ledger.checkIntegrity(), []);
  });
});

describe('choosing a run', () => {
  afterEach(tidy);

  it('takes the newest, a whole id, or a beginning that only one has', async () => {
    const ledger = open(stateDirectory());
    await ledger.record(stamper('run-1', '2026-03-01T10:00:00.000Z')(runStart(plan)));
    await ledger.record(stamper('run-11', '2026-03-03T10:00:00.000Z')(runStart(plan)));
    await ledger.record(stamper('run-2', '2026-03-02T10:00:00.000Z')(runStart(plan)));
    assert.equal(ledger.run('last')?.id, 'run-11');
    assert.equal(ledger.run('run-1')?.id, 'run-1');
    assert.equal(ledger.run('run-2')?.id, 'run-2');
    assert.equal(ledger.run('run-'), null, 'three begin so');
    assert.equal(ledger.run(''), null);
    assert.equal(ledger.run('run-%'), null);
    assert.equal(ledger.run('nothing'), null);
  });

  it('answers null in an empty ledger', () => {
    const ledger = open(stateDirectory());
    assert.equal(ledger.run('last'), null);
    assert.deepEqual(ledger.runs({ limit: 10 }), []);
    assert.deepEqual(ledger.pendingReviews(), []);
    assert.deepEqual(ledger.landings(), []);
  });
});
