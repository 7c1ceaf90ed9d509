/**
 * A repository map ranked as Aider describes it: a graph of files by the names they use and declare, PageRank started
 * at what the message names, a name that the message has counted tenfold, ranks handed on to declarations. It reads
 * the same declarations and uses as our own ranking, so that only the ranking differs.
 */
import { type Corpus, countAt, isDeclaredAt } from '../../src/builder/survey/corpus.ts';

const damping = 0.85;

export function aiderRanking(corpus: Corpus, message: string): readonly string[] {
  const { index, paths, postings } = corpus;
  const words = new Set(message.split(/[^A-Za-z0-9_$]+/).filter(Boolean));
  const wanted = new Set([...words].flatMap((word) => index.vocabulary.find(word) ?? []));
  const declarers = new Map<number, number[]>();
  const users = new Map<number, [number, number][]>();
  postings.forEach((posting, file) => {
    if (!posting) return;
    for (let at = posting.start; at < posting.end; at += 1) {
      const name = index.names[at] as number;
      if (isDeclaredAt(index, at)) push(declarers, name, file);
      const uses = countAt(index, at) - (isDeclaredAt(index, at) ? 1 : 0);
      if (uses > 0) push(users, name, [file, uses]);
    }
  });
  const edges: { from: number; to: number; weight: number }[] = [];
  for (const [name, files] of declarers) {
    const boost = (wanted.has(name) ? 10 : 1) * (isComposed(corpus, name) ? 10 : 1) * (files.length > 5 ? 0.1 : 1);
    for (const [user, uses] of users.get(name) ?? files.map((file) => [file, 0.1] as const)) {
      for (const file of files) edges.push({ from: user, to: file, weight: boost * Math.sqrt(uses) });
    }
  }
  const start = paths.map((path) => (isNamed(path, message, words) ? 100 / paths.length : 0));
  const { rank, outgoing } = pageRankOf(paths.length, edges, start);
  const scores = new Float64Array(paths.length);
  for (const { from, to, weight } of edges) {
    scores[to] = (scores[to] as number) + ((rank[from] as number) * weight) / (outgoing[from] as number);
  }
  return [...paths.keys()]
    .sort((a, b) => (scores[b] as number) - (scores[a] as number) || (rank[b] as number) - (rank[a] as number) || a - b)
    .map((file) => paths[file] as string);
}

/** Names of several words, eight letters and more, count tenfold: they are hardly ever met by chance. */
function isComposed({ index: { vocabulary } }: Corpus, name: number): boolean {
  const [start, end] = vocabulary.wordRange(name);
  let letters = 0;
  for (let at = start; at < end; at += 1) letters += vocabulary.wordLength(at);
  return end - start > 2 && letters >= 16;
}

function pageRankOf(
  size: number,
  edges: readonly { readonly from: number; readonly to: number; readonly weight: number }[],
  start: readonly number[],
) {
  const outgoing = new Float64Array(size);
  for (const { from, weight } of edges) outgoing[from] = (outgoing[from] as number) + weight;
  const total = start.reduce((sum, value) => sum + value, 0);
  const begin = start.map((value) => (total > 0 ? value / total : 1 / size));
  let rank = [...begin];
  for (let round = 0; round < 30; round += 1) {
    let lost = 0;
    rank.forEach((value, file) => {
      if (outgoing[file] === 0) lost += value;
    });
    const next = begin.map((value) => value * (1 - damping + damping * lost));
    for (const { from, to, weight } of edges) {
      next[to] = (next[to] as number) + (damping * (rank[from] as number) * weight) / (outgoing[from] as number);
    }
    rank = next;
  }
  return { rank, outgoing };
}

/** The message has the path, its file name, or that name without its ending. */
function isNamed(path: string, message: string, words: ReadonlySet<string>): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return message.includes(path) || message.includes(name) || words.has(name.replace(/\.[^.]+$/, ''));
}

function push<Value>(map: Map<number, Value[]>, key: number, value: Value): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
