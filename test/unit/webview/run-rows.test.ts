import assert from 'node:assert/strict';
import type { RunRow, RunsPage } from '../../../src/contract/trajectories-list.ts';
import { RunRows } from '../../../src/webview/trajectories/run-rows.ts';

const row = (id: string): RunRow => ({
  id,
  title: id,
  state: 'done',
  reason: null,
  recorded: false,
  startedAt: '2026-01-01T00:00:00.000Z',
  phases: 1,
  landed: 1,
  waiting: 0,
  attempts: 1,
  calls: 1,
  amount: { text: '= $1.00', label: 'computed', spoken: '$1.00, computed' },
});

const page = (start: number, ids: readonly string[], matching: number): RunsPage => ({
  start,
  rows: ids.map(row),
  matching,
  total: matching,
});

describe('The rows of a long list', () => {
  it('asks for the first page from the head', () => {
    const rows = new RunRows();
    rows.put(page(0, [], 500));
    assert.deepEqual(rows.missing(0, 9), { start: 0, after: null, skip: 0, limit: 50 });
  });

  it('asks on from the last row before what is missing', () => {
    const rows = new RunRows();
    rows.put(page(0, ['a', 'b', 'c'], 500));
    assert.deepEqual(rows.missing(1, 9), { start: 3, after: 'c', skip: 0, limit: 50 });
    assert.deepEqual(rows.missing(300, 309), { start: 300, after: 'c', skip: 297, limit: 50 });
    assert.equal(rows.missing(0, 2), null);
  });

  it('asks for nothing past the end', () => {
    const rows = new RunRows();
    rows.put(page(0, ['a', 'b'], 2));
    assert.equal(rows.missing(0, 40), null);
  });

  it('moves what it knows down when new runs come', () => {
    const rows = new RunRows();
    rows.put(page(0, ['b', 'c'], 2));
    assert.equal(rows.putHead(page(0, ['a', 'b', 'c'], 3)), 1);
    assert.deepEqual(
      [0, 1, 2].map((index) => rows.at(index)?.id),
      ['a', 'b', 'c'],
    );
    assert.equal(rows.indexOf('c'), 2);
  });

  it('puts a changed run in its place, and none that it does not know', () => {
    const rows = new RunRows();
    rows.put(page(0, ['a', 'b'], 2));
    rows.replace({ ...row('b'), attempts: 7 });
    rows.replace(row('z'));
    assert.equal(rows.at(1)?.attempts, 7);
    assert.equal(rows.indexOf('z'), -1);
  });

  it('forgets rows that are gone, and those far from where one looks', () => {
    const rows = new RunRows();
    const many = Array.from({ length: 2100 }, (_, index) => `r${index}`);
    for (let start = 0; start < many.length; start += 50) rows.put(page(start, many.slice(start, start + 50), 2100));
    assert.equal(rows.at(0), null);
    assert.equal(rows.at(2099)?.id, 'r2099');
    rows.put(page(0, ['only'], 1));
    assert.equal(rows.at(2099), null);
  });
});
