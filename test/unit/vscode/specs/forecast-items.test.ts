import assert from 'node:assert/strict';
import type { PlanForecast } from '../../../../src/compose/plans/forecast-plan.ts';
import { forecastItems } from '../../../../src/vscode/specs/forecast-items.ts';

const known = { id: 'a', category: 'docs', complexity: 'low', samples: 8, p50Micros: 200_000, p90Micros: 900_000 };
const told: PlanForecast = {
  phases: [known],
  total: { p50Micros: 200_000, p90Micros: 900_000 },
  leastSamples: 5,
  runCapMicros: 500_000,
  dayLeftMicros: 2_000_000,
  monthLeftMicros: null,
};

describe('a forecast in the editor', () => {
  it('names amounts as estimates and warns of a cap that may be in the way', () => {
    const items = forecastItems(told);
    assert.deepEqual(
      items.map(({ label }) => label),
      ['$(circle-outline) a', '$(warning) The run may cost', '$(credit-card) Left for today'],
    );
    assert.equal(items[0]?.description, '~ $0.20 to ~ $0.90');
    assert.match(items[1]?.description ?? '', /one in ten/);
  });

  it('says that there is no history rather than a figure', () => {
    const unknown = { ...known, samples: 1, p50Micros: null, p90Micros: null };
    const items = forecastItems({
      ...told,
      phases: [known, unknown],
      total: { p50Micros: null, p90Micros: null },
    });
    assert.equal(items[1]?.description, 'no history yet');
    assert.match(items[1]?.detail ?? '', /^1 similar phase; a forecast needs 5$/);
    assert.equal(items[2]?.description, 'no history yet');
  });
});
