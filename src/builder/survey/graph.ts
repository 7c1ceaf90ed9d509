import type { Corpus } from './corpus.ts';
import type { Scores } from './features.ts';
import { declaredBit } from './scan-bytes.ts';

/** Which file uses names that which other declares, as columns: edges of file N stand from `starts[N]`. */
export interface NameGraph {
  readonly starts: Uint32Array;
  readonly targets: Uint32Array;
  readonly weights: Float64Array;
  /** All weights from each file together. */
  readonly sums: Float64Array;
}

/** A name declared in more places than this ties nothing to anything. */
const mostDeclarers = 6;
/** A name used in more files than this is a word of the language, not of the matter. */
const mostUsers = 150;

/** For each name a range of places: those of name N stand from `starts[N]` to `starts[N + 1]`. */
interface Places {
  readonly starts: Uint32Array;
  readonly files: Uint32Array;
  readonly counts: Uint16Array;
}

/** Both directions count: who changes a declaration looks at its uses, and the other way round. */
export function nameGraph(corpus: Corpus): NameGraph {
  const { size } = corpus.index.vocabulary;
  const declared = new Uint32Array(size);
  const used = new Uint32Array(size);
  const { names, counts } = corpus.index;
  for (const posting of corpus.postings) {
    if (!posting) continue;
    for (let at = posting.start; at < posting.end; at += 1) {
      const amounts = (counts[at] as number) & declaredBit ? declared : used;
      const name = names[at] as number;
      amounts[name] = (amounts[name] as number) + 1;
    }
  }
  const ties = (name: number) =>
    (declared[name] as number) > 0 &&
    (declared[name] as number) <= mostDeclarers &&
    (used[name] as number) > 0 &&
    (used[name] as number) <= mostUsers;
  const declarers = placesOf(corpus, declared, ties, true);
  const users = placesOf(corpus, used, ties, false);
  return edgesOf(corpus.postings.length, declarers, users);
}

function placesOf(corpus: Corpus, amounts: Uint32Array, ties: (name: number) => boolean, declared: boolean): Places {
  const starts = new Uint32Array(amounts.length + 1);
  for (let name = 0; name < amounts.length; name += 1) {
    starts[name + 1] = (starts[name] as number) + (ties(name) ? (amounts[name] as number) : 0);
  }
  const total = starts[amounts.length] as number;
  const next = starts.slice();
  const places = { starts, files: new Uint32Array(total), counts: new Uint16Array(total) };
  const { names, counts } = corpus.index;
  const wanted = declared ? declaredBit : 0;
  corpus.postings.forEach((posting, file) => {
    if (!posting) return;
    for (let from = posting.start; from < posting.end; from += 1) {
      const name = names[from] as number;
      const count = counts[from] as number;
      if ((count & declaredBit) !== wanted || starts[name] === starts[name + 1]) continue;
      const at = next[name] as number;
      next[name] = at + 1;
      places.files[at] = file;
      places.counts[at] = count & ~declaredBit;
    }
  });
  return places;
}

/** Calls with each tie of a user to a declarer, name by name, and how strong it is. */
function eachTie(
  declarers: Places,
  users: Places,
  see: (user: number, declarer: number, weight: number) => void,
): void {
  for (let name = 0; name + 1 < users.starts.length; name += 1) {
    const [from, to] = [users.starts[name] as number, users.starts[name + 1] as number];
    if (from === to) continue;
    const [first, end] = [declarers.starts[name] as number, declarers.starts[name + 1] as number];
    const share = 1 / ((end - first) * Math.sqrt(to - from));
    for (let use = from; use < to; use += 1) {
      const user = users.files[use] as number;
      const weight = Math.sqrt(users.counts[use] as number) * share;
      for (let at = first; at < end; at += 1) {
        const declarer = declarers.files[at] as number;
        if (declarer !== user) see(user, declarer, weight);
      }
    }
  }
}

/** What declares is looked at more than what uses. */
const backwards = 0.6;

function edgesOf(size: number, declarers: Places, users: Places): NameGraph {
  const starts = new Uint32Array(size + 1);
  eachTie(declarers, users, (user, declarer) => {
    starts[user + 1] = (starts[user + 1] as number) + 1;
    starts[declarer + 1] = (starts[declarer + 1] as number) + 1;
  });
  for (let file = 0; file < size; file += 1) starts[file + 1] = (starts[file + 1] as number) + (starts[file] as number);
  const next = starts.slice();
  const total = starts[size] as number;
  const targets = new Uint32Array(total);
  const weights = new Float64Array(total);
  const sums = new Float64Array(size);
  const put = (from: number, to: number, weight: number) => {
    const at = next[from] as number;
    sums[from] = (sums[from] as number) + weight;
    next[from] = at + 1;
    targets[at] = to;
    weights[at] = weight;
  };
  eachTie(declarers, users, (user, declarer, weight) => {
    put(user, declarer, weight);
    put(declarer, user, weight * backwards);
  });
  return { starts, targets, weights, sums };
}

const damping = 0.7;
const rounds = 8;

/** Personalised PageRank: where a walk along the edges is found that begins again and again at the seeds. */
export function pageRank({ starts, targets, weights, sums }: NameGraph, seeds: Scores): Scores {
  const size = seeds.length;
  const total = seeds.reduce((sum, seed) => sum + seed, 0);
  if (total === 0) return new Float64Array(size);
  const begin = seeds.map((seed) => seed / total);
  let rank = begin.slice();
  for (let round = 0; round < rounds; round += 1) {
    const next = begin.map((value) => value * (1 - damping));
    for (let file = 0; file < size; file += 1) {
      const own = rank[file] as number;
      if (own === 0) continue;
      const sum = sums[file] as number;
      if (sum === 0) {
        next[file] = (next[file] as number) + damping * own;
        continue;
      }
      const flow = (damping * own) / sum;
      for (let at = starts[file] as number; at < (starts[file + 1] as number); at += 1) {
        const target = targets[at] as number;
        next[target] = (next[target] as number) + flow * (weights[at] as number);
      }
    }
    rank = next;
  }
  return rank;
}
