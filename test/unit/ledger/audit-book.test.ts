import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Finding } from '../../../src/domain/audit.ts';
import { rateOf } from '../../../src/domain/calibration.ts';
import type { EngineEvent, EventDraft } from '../../../src/domain/event.ts';
import { noSpend } from '../../../src/domain/money.ts';
import { type Ledger, openLedger } from '../../../src/ledger/open-ledger.ts';
import { auditOf, findingOf, specOf, stagedOf } from '../engine/evidence.ts';

describe('the audit book', () => {
  let folder: string;
  let ledger: Ledger;
  let clock = Date.parse('2026-01-01T00:00:00Z');
  let number = 0;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'countersign-book-'));
    ledger = openLedger(folder);
  });
  afterEach(() => {
    ledger.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A run whose phases land with these findings, each phase in a tier of its own. */
  async function land(runId: string, ...phases: readonly { findings?: readonly Finding[]; file?: string }[]) {
    const tell = (draft: EventDraft) => {
      clock += 1000;
      number += 1;
      const at = new Date(clock).toISOString();
      return ledger.record({
        eventId: `${runId}-${String(number).padStart(5, '0')}`,
        runId,
        at,
        ...draft,
      } as EngineEvent);
    };
    const specs = phases.map((_, at) => specOf({ id: `phase-${at}` }));
    const tiers = specs.map((spec, at) => ({ id: `tier-${at}`, title: 't', budget: {}, phases: [spec] }));
    const plan = {
      id: 'p',
      goal: 'g',
      autonomy: 'gated',
      landingBranch: 'current',
      budget: {},
      landsOn: 'refs/heads/main',
      mergesInto: null,
      tiers,
    } as const;
    await tell({
      type: 'run-start',
      stage: 'ACK',
      plan: { ...plan, tiers: [...tiers] },
      models: { builder: 'a/b', auditor: 'a/c' },
      recorded: false,
      resumed: false,
    });
    for (const [at, { findings = [], file = 'src/a.ts' }] of phases.entries()) {
      const spec = specs[at] as (typeof specs)[number];
      const of = { phaseId: spec.id, attempt: 1 };
      await tell({ type: 'phase-start', stage: 'ACK', phaseId: spec.id, spec, tierId: `tier-${at}`, base: 'base' });
      await tell({ type: 'attempt-start', stage: 'DISPATCH', ...of, model: 'a/b', reason: 'first' });
      await tell({
        type: 'patch-staged',
        stage: 'COMPLETE',
        ...of,
        staged: stagedOf([{ path: file, added: 1, removed: 0 }]),
        summary: '',
      });
      await tell({ type: 'audit-end', stage: 'AGGREGATE', ...of, audit: auditOf(...findings) });
      const landing = { commit: `${runId}-${at}`, parent: 'p', tree: 't', branch: 'refs/heads/main' };
      await tell({ type: 'phase-landed', stage: 'COMPLETE', ...of, landing });
      await tell({
        type: 'phase-end',
        stage: 'COMPLETE',
        phaseId: spec.id,
        state: 'landed',
        failure: null,
        reason: null,
        fault: null,
        attempts: 1,
        commit: landing.commit,
        spend: noSpend,
      });
    }
    return tell;
  }

  const minor = { ...findingOf('minor', 'quality'), fingerprint: 'aaaa1111' };
  const unsafe = { ...findingOf('minor', 'security'), fingerprint: 'bbbb2222', file: 'src/b.ts' };
  const other = { file: 'src/other.ts' };

  it('ages an issue by the distinct runs since it landed, whatever they say of it', async () => {
    await land('run-1', { findings: [minor, minor] });
    assert.deepEqual(
      ledger.backlog().map(({ runs, needsCleanup }) => [runs, needsCleanup]),
      [[1, false]],
    );
    await land('run-2', other);
    await land('run-3', other);
    assert.deepEqual(
      ledger.backlog().map(({ runs, needsCleanup }) => [runs, needsCleanup]),
      [[3, true]],
    );
  });

  it('ages what safety hangs on sooner, and by tiers of a run that has several', async () => {
    await land('run-1', { findings: [unsafe], file: 'src/b.ts' });
    assert.equal(ledger.backlog()[0]?.needsCleanup, false);
    await land('run-2', other);
    assert.equal(ledger.backlog()[0]?.needsCleanup, true);
    await land('run-3', { findings: [minor] }, other);
    const issue = ledger.backlog().find(({ fingerprint }) => fingerprint === minor.fingerprint);
    assert.deepEqual([issue?.runs, issue?.tiers, issue?.needsCleanup], [1, 2, true]);
  });

  it('lets go of what a later landing mended, was dismissed, or was rolled back', async () => {
    await land('run-1', { findings: [minor] });
    await land('run-2', { file: 'src/a.ts' });
    assert.deepEqual(ledger.backlog(), []);
    const tell = await land('run-3', { findings: [unsafe], file: 'src/b.ts' });
    ledger.dismiss({ ...unsafe, reason: 'It is meant.', at: '2026-02-01T00:00:00Z' });
    assert.deepEqual(ledger.backlog(), []);
    assert.ok(ledger.takeBackDismissal(unsafe.fingerprint));
    assert.equal(ledger.backlog().length, 1);
    const landing = { commit: 'run-3-0', parent: 'p', tree: 't', branch: 'refs/heads/main' };
    await tell({ type: 'phase-rolled-back', stage: 'COMPLETE', phaseId: 'phase-0', landing, commit: 'back' });
    assert.deepEqual(ledger.backlog(), []);
  });

  it('finds a finding by the beginning of its fingerprint, where no other shares it', async () => {
    await land('run-1', { findings: [minor, { ...minor, fingerprint: 'aaaa2222', line: 2 }] });
    assert.equal(ledger.finding('aaaa1')?.fingerprint, 'aaaa1111');
    for (const selector of ['aaaa', 'cccc', '']) assert.equal(ledger.finding(selector), null, selector);
  });

  it('keeps one dismissal of a finding, without secrets, and takes it back once', () => {
    const dismissal = {
      fingerprint: 'f',
      category: 'quality',
      file: null,
      claim: 'c',
      at: '2026-02-01T00:00:00.000Z',
    } as const;
    ledger.dismiss({ ...dismissal, reason: 'first' });
    ledger.dismiss({ ...dismissal, reason: `because of ghp_${'a1B2'.repeat(9)}` });
    const [kept, ...more] = ledger.dismissals();
    assert.deepEqual(more, []);
    assert.match(kept?.reason ?? '', /^because of \S*redacted/);
    assert.equal(ledger.takeBackDismissal('f'), true);
    assert.equal(ledger.takeBackDismissal('f'), false);
  });

  it('keeps the newest calibration of each reviewer', () => {
    const one = {
      component: 'correctness',
      model: 'a/c',
      at: '2026-02-01T00:00:00Z',
      recall: rateOf(3, 4),
      falseAlarms: rateOf(0, 4),
      precision: 1,
      costMicros: 10,
      costLabel: 'computed',
      seconds: 1,
      live: true,
    } as const;
    ledger.keepCalibrations([one, { ...one, component: 'security' }]);
    ledger.keepCalibrations([{ ...one, recall: rateOf(4, 4) }]);
    assert.deepEqual(
      ledger.calibrations().map(({ component, recall }) => [component, recall.hits]),
      [
        ['correctness', 4],
        ['security', 3],
      ],
    );
  });
});

describe('a rate', () => {
  it('has Wilson’s interval: never outside 0 to 1, wide for few cases, nothing for none', () => {
    assert.deepEqual(rateOf(0, 0), { hits: 0, of: 0, share: null, low: null, high: null });
    const few = rateOf(10, 10);
    assert.ok(few.share === 1 && few.high === 1 && Math.abs((few.low ?? 0) - 0.7225) < 0.001);
    assert.equal(rateOf(0, 3).low, 0);
    const half = rateOf(50, 100);
    assert.ok(Math.abs((half.low ?? 0) - 0.4038) < 0.001 && Math.abs((half.high ?? 0) - 0.5962) < 0.001);
  });
});
