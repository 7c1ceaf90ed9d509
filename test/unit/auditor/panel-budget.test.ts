import assert from 'node:assert/strict';
import { type PanelBudget, withinBudget } from '../../../src/auditor/panel/budget.ts';
import type { Panel } from '../../../src/auditor/panel/choose.ts';
import { builtIn } from '../../../src/auditor/panel/registry.ts';
import type { BuiltInReviewer } from '../../../src/domain/audit.ts';
import { type Calibration, rateOf } from '../../../src/domain/calibration.ts';
import { clean, review } from './support.ts';

/** Ten cases, eight of them faults, that cost `micros` all together. */
function measured(component: string, hits: number, micros: number, other: Partial<Calibration> = {}): Calibration {
  return {
    component,
    model: 'lab/auditor',
    at: '2026-01-01T00:00:00Z',
    recall: rateOf(hits, 8),
    falseAlarms: rateOf(0, 2),
    precision: 1,
    costMicros: micros,
    costLabel: 'computed',
    seconds: 1,
    live: true,
    ...other,
  };
}

const panel: Panel = {
  seats: (['correctness', 'security', 'spec', 'tests'] as const satisfies readonly BuiltInReviewer[]).map((name) => ({
    reviewer: builtIn[name],
    model: 'lab/auditor',
    required: name === 'correctness',
  })),
  unknown: [],
};
const chosen = (budget: Partial<PanelBudget>) => {
  const { seats, leftOut, reasons } = withinBudget(panel, { micros: null, calibrations: [], parts: 1, ...budget });
  return {
    asked: seats.map(({ reviewer }) => reviewer.name),
    out: leftOut.map(({ seat }) => seat.reviewer.name),
    why: [
      ...[...reasons].map(([seat, why]) => `${seat.reviewer.name}: ${why}`),
      ...leftOut.map(({ because }) => because),
    ],
  };
};
const all = ['correctness', 'security', 'spec', 'tests'];

describe('the panel within a budget', () => {
  const known = [measured('security', 2, 40_000), measured('spec', 8, 40_000), measured('tests', 4, 10_000)];

  it('is the table’s where there is no budget, or nobody was measured', () => {
    assert.deepEqual(chosen({ calibrations: known }), { asked: all, out: [], why: [] });
    assert.deepEqual(chosen({ micros: 1 }), { asked: all, out: [], why: [] });
  });

  it('asks first who found most for the money, in the panel’s order', () => {
    // Per change: tests 1,000 for a half, spec 4,000 for all, security 4,000 for a quarter.
    assert.deepEqual(chosen({ micros: 5_500, calibrations: known }).asked, ['correctness', 'spec', 'tests']);
    assert.deepEqual(chosen({ micros: 1_500, calibrations: known }).asked, ['correctness', 'tests']);
    assert.deepEqual(chosen({ micros: 9_000, calibrations: known }).asked, all);
  });

  it('says why it asks and why it does not', () => {
    const { why } = chosen({ micros: 1_500, calibrations: known });
    assert.match(why[0] ?? '', /^tests: Asked, .+ 4 of 8 \(\d+–\d+ %\) .+ \$0\.0010 a change, and \$0\.0015 /);
    assert.match(why[1] ?? '', /^Not asked: it found 8 of 8 .+ \$0\.0040 a change, and \$0\.0005 /);
  });

  it('asks who must answer whatever it costs, and takes that off the rest', () => {
    const dear = [...known, measured('correctness', 8, 10_000_000)];
    assert.deepEqual(chosen({ micros: 5_500, calibrations: dear }).asked, ['correctness']);
  });

  it('puts who was never measured last, while anything is left', () => {
    const some = known.filter(({ component }) => component !== 'spec');
    assert.deepEqual(chosen({ micros: 5_500, calibrations: some }).asked, all);
    assert.deepEqual(chosen({ micros: 5_000, calibrations: some }).out, ['spec']);
  });

  it('counts each part of a large change', () => {
    assert.deepEqual(chosen({ micros: 5_500, calibrations: known, parts: 2 }).asked, ['correctness', 'tests']);
  });

  it('believes no recorded replies, no other model, no unknown cost and no empty measurement', () => {
    for (const other of [
      { live: false },
      { model: 'lab/other' },
      { costLabel: 'unknown' },
      { recall: rateOf(0, 0), falseAlarms: rateOf(0, 0) },
    ]) {
      const calibrations = [measured('tests', 8, 10, other)];
      assert.deepEqual(chosen({ micros: 1, calibrations }), { asked: all, out: [], why: [] });
    }
  });

  it('asks a reviewer that costs nothing first of all', () => {
    const free = [...known, measured('security', 1, 0)].filter((each, at) => at > 0 || each.costMicros === 0);
    assert.deepEqual(chosen({ micros: 0, calibrations: free }).asked, ['correctness', 'security']);
  });
});

describe('a review under a budget', () => {
  const calibrations = () => [measured('security', 2, 40_000)];

  it('does not ask whom the budget does not reach for, and keeps that and why in the audit', async () => {
    const { audit, requests } = await review(
      { correctness: clean },
      { care: 'medium', panelMicros: () => 1_000, calibrations },
    );
    assert.deepEqual(
      requests.map(({ component }) => component),
      ['correctness'],
    );
    const [, left] = audit.panel;
    assert.equal(left?.component, 'security');
    assert.equal(left?.asked, false);
    assert.equal(left?.required, false);
    assert.match(left?.failure ?? '', /^Not asked: /);
    assert.deepEqual(audit.findings, []);
  });

  it('keeps why it asked', async () => {
    const { audit } = await review(
      { correctness: clean, security: clean },
      { care: 'medium', panelMicros: () => 10_000, calibrations },
    );
    assert.match(audit.panel[1]?.because ?? '', /2 of 8/);
    assert.equal(audit.panel[1]?.failure, null);
  });

  it('asks everyone about a high risk: there all must answer', async () => {
    const { requests } = await review(
      { correctness: clean, security: clean, tests: clean, compatibility: clean },
      { care: 'high', panelMicros: () => 1, calibrations },
    );
    assert.equal(requests.length, 4);
  });
});
