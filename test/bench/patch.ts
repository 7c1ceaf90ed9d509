/**
 * `npm run bench:patch -- [DIR] [--every N]`: the patch engine on a folder of cases beside git apply, GNU patch and
 * jsdiff, all in this run on this machine. DIR holds cases.jsonl.gz and blobs.jsonl.gz; without one, and without
 * COUNTERSIGN_PATCH_BENCH, a small set made from a seed is used. Peers are run on every Nth case only (default 6).
 */
import path from 'node:path';
import { answerBatchCase } from '../../src/patch/batch.ts';
import { type Case, judge, loadCases, type Outcome, readPublished } from './patch-cases.ts';
import { generateCases } from './patch-generated.ts';
import { type Peer, peers } from './patch-peers.ts';

interface Tally {
  readonly counts: Map<string, number>;
  readonly times: number[];
}

function classOf(each: Case): string {
  return each.kind.startsWith('sec_') && !each.kind.startsWith('sec_ok_') ? 'sec' : each.expect;
}

function add(tally: Tally, name: string, outcome: Outcome): void {
  for (const key of [name, `${name} ${outcome}`]) tally.counts.set(key, (tally.counts.get(key) ?? 0) + 1);
}

function run(cases: readonly Case[], answer: Peer['answer'], onMiss?: (each: Case, outcome: Outcome) => void): Tally {
  const tally: Tally = { counts: new Map(), times: [] };
  for (const each of cases) {
    const start = performance.now();
    const files = answer(each);
    tally.times.push(performance.now() - start);
    const outcome = judge(each, files);
    add(tally, classOf(each), outcome);
    if (outcome === 'wrong' || outcome === 'noop' || (each.expect === 'apply' && outcome === 'refused'))
      onMiss?.(each, outcome);
  }
  tally.times.sort((a, b) => a - b);
  return tally;
}

function share(tally: Tally, name: string, outcomes: readonly Outcome[]): string {
  const all = tally.counts.get(name) ?? 0;
  const sum = outcomes.reduce((total, outcome) => total + (tally.counts.get(`${name} ${outcome}`) ?? 0), 0);
  return all === 0 ? '-' : ((100 * sum) / all).toFixed(1);
}

function quantile(tally: Tally, part: number): number {
  return tally.times[Math.min(tally.times.length - 1, Math.floor(tally.times.length * part))] ?? 0;
}

function row(name: string, tally: Tally, ours: Tally): string[] {
  const wrong: Outcome[] = ['wrong', 'noop'];
  const ratio = quantile(tally, 0.5) / Math.max(quantile(ours, 0.5), 1e-6);
  return [
    name,
    String(tally.times.length),
    share(tally, 'apply', ['right']),
    share(tally, 'apply', ['refused']),
    share(tally, 'apply', wrong),
    share(tally, 'either', wrong),
    share(tally, 'refuse', ['refused']),
    share(tally, 'refuse', wrong),
    share(tally, 'sec', ['right', 'refused']),
    quantile(tally, 0.5).toFixed(2),
    quantile(tally, 0.95).toFixed(2),
    `${ratio.toFixed(1)}x`,
  ];
}

const heads = [
  '',
  'cases',
  'apply ok%',
  'refused%',
  'WRONG%',
  'either WRONG%',
  'refuse ok%',
  'WRONG%',
  'sec safe%',
  'median ms',
  'p95 ms',
  'of ours',
];

function print(rows: readonly (readonly string[])[]): void {
  const widths = heads.map((head, at) => Math.max(head.length, ...rows.map((cells) => (cells[at] ?? '').length)));
  for (const cells of [heads, ...rows]) console.log(cells.map((cell, at) => cell.padStart(widths[at] ?? 0)).join('  '));
}

function main(): void {
  const words = process.argv.slice(2);
  const everyAt = words.indexOf('--every');
  const every = everyAt >= 0 ? Number(words[everyAt + 1]) || 6 : 6;
  const named = words.find((word, at) => !word.startsWith('--') && (everyAt < 0 || at !== everyAt + 1));
  const folder = named ?? process.env.COUNTERSIGN_PATCH_BENCH;
  if (folder === undefined) {
    console.log('No folder of cases: name one, or set COUNTERSIGN_PATCH_BENCH. Running on cases made from a seed.\n');
  }
  const cases = folder === undefined ? generateCases(600, 20_261_121) : loadCases(path.resolve(folder));
  const heapBefore = process.memoryUsage().heapUsed;
  const misses: string[] = [];
  const answer: Peer['answer'] = (each) => {
    const { id, files, patch, symlinks } = each;
    const answered = answerBatchCase({ id, files, patch, ...(symlinks ? { symlinks } : {}) });
    return answered.ok ? answered.files : null;
  };
  const ours = run(cases, answer, (each, outcome) => misses.push(`${outcome} ${each.id}`));
  const heapGrown = (process.memoryUsage().heapUsed - heapBefore) / 1e6;
  const sample = cases.filter((_, at) => at % every === 0);
  const rows = [row('countersign', ours, ours)];
  const oursSampled = run(sample, answer);
  for (const peer of peers()) {
    const given = peer.writes ? sample.filter((each) => classOf(each) !== 'sec') : sample;
    rows.push(row(peer.name, run(given, peer.answer), oursSampled));
  }
  print(rows);
  console.log(`\nPeers ran on every ${every}th case. Heap grew by ${heapGrown.toFixed(0)} MB.`);
  for (const line of folder === undefined ? [] : readPublished(path.resolve(folder))) console.log(line);
  const wrong = misses.filter((miss) => !miss.startsWith('refused'));
  console.log(`\nWRONG or without effect: ${wrong.length === 0 ? 'none' : wrong.join(', ')}`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

main();
