import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { checkLock } from '../../../src/training/config-lock.ts';
import { nextVersion } from '../../../src/training/models/registry.ts';
import { createMonitor, type Monitored, type StepReport } from '../../../src/training/monitor.ts';

const report = (step: number, loss: number, more: Partial<StepReport> = {}): StepReport => ({
  step,
  loss,
  validationLoss: null,
  throughput: 100,
  ...more,
});

function watch(reports: readonly StepReport[]): Monitored {
  const monitor = createMonitor();
  return reports.map((each) => monitor.take(each)).at(-1) as Monitored;
}
const steps = (count: number, lossAt: (step: number) => number) =>
  Array.from({ length: count }, (_, index) => report(index + 1, lossAt(index + 1)));

describe('createMonitor', () => {
  it('smooths by a tenth of the newest', () => {
    assert.equal(watch([report(1, 2), report(2, 1)]).smoothedLoss.toFixed(9), '1.900000000');
  });

  it('sees where the loss is going', () => {
    assert.equal(watch(steps(9, () => 1)).trend, null);
    assert.equal(watch(steps(40, (step) => 2 / step)).trend, 'falling');
    assert.equal(watch(steps(40, () => 1)).trend, 'flat');
    assert.equal(watch(steps(40, (step) => step)).trend, 'rising');
  });

  it('warns of slowness only against a baseline, from step 20 on', () => {
    const slow = report(19, 1, { throughput: 1 });
    assert.deepEqual(watch([...steps(18, () => 1), slow]).alerts, []);
    const later = watch([...steps(20, () => 1), report(21, 1, { throughput: 59 })]);
    assert.deepEqual(
      later.alerts.map(({ type }) => type),
      ['throughput'],
    );
    assert.deepEqual(watch([...steps(20, () => 1), report(21, 1, { throughput: 61 })]).alerts, []);
  });

  it('warns of overfitting and of a loss that jumps about', () => {
    assert.equal(watch([report(1, 1, { validationLoss: 1.31 })]).alerts[0]?.type, 'overfitting');
    assert.deepEqual(watch([report(1, 1, { validationLoss: 1.29 })]).alerts, []);
    assert.equal(watch(steps(50, (step) => (step % 2 === 0 ? 4 : 0.1))).alerts[0]?.type, 'instability');
  });

  it('stops at a loss that is no number', () => {
    const { alerts, smoothedLoss } = watch([report(1, 1), report(2, Number.NaN)]);
    assert.equal(alerts[0]?.stops, true);
    assert.equal(smoothedLoss, 1);
  });

  it('counts a step that is told twice once', () => {
    assert.equal(watch([report(1, 2), report(2, 1), report(2, 9)]).smoothedLoss.toFixed(9), '1.900000000');
  });
});

describe('checkLock', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'countersign-lock-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('writes the lock once, and then names each difference without changing it', async () => {
    const file = path.join(folder, 'lock.json');
    assert.deepEqual(await checkLock(file, { model: 'a', rank: { r: 8 }, epochs: 1 }), []);
    assert.deepEqual(await checkLock(file, { epochs: 1, model: 'a', rank: { r: 8 } }), []);
    const before = await readFile(file, 'utf8');
    assert.deepEqual(await checkLock(file, { model: 'b', rank: { r: 16 }, epochs: 1 }), [
      { field: 'model', locked: 'a', now: 'b' },
      { field: 'rank.r', locked: 8, now: 16 },
    ]);
    assert.equal(await readFile(file, 'utf8'), before);
    assert.deepEqual(await readdir(folder), ['lock.json']);
  });
});

describe('nextVersion', () => {
  it('begins at v1.0.0 and counts patches by number', () => {
    assert.equal(nextVersion([]), 'v1.0.0');
    assert.equal(nextVersion(['v1.0.9', 'v1.0.10', 'v1.0.2']), 'v1.0.11');
    assert.equal(nextVersion(['nightly', 'v2.1.0']), 'v2.1.1');
  });
});
