import type { Corpus } from './corpus.ts';
import type { Scores } from './features.ts';
import { declaredBit } from './scan-bytes.ts';

/**
 * Which files declare a name and which use it, for each name that ties files. Edges run between every user and every
 * declarer of a name, in both directions; they are many times more than the places, so they are walked and never laid
 * out: building this is two readings of the postings, which every new commit pays.
 */
export interface NameGraph {
  readonly declarers: Places;
  readonly users: Places;
  /** How strongly each place of `users` is tied to each declarer of its name. */
  readonly weights: Float64Array;
  /** All weights from each file together. */
  readonly sums: Float64Array;
}

/** Files by tie, as columns: those of tie N stand from `starts[N]` to `starts[N + 1]`. */
interface Places {
  readonly starts: Uint32Array;
  readonly files: Uint32Array;
}

/** A name declared in more places than this ties nothing to anything. */
const mostDeclarers = 6;
/** A name used in more files than this is a word of the language, not of the matter. Below 255, see `nameGraph`. */
const mostUsers = 150;

/** What declares is looked at more than what uses. */
const backwards = 0.6;

/** Both directions count: who changes a declaration looks at its uses, and the other way round. */
export function nameGraph(corpus: Corpus): NameGraph {
  const { size } = corpus.index.vocabulary;
  // Bytes, that stop at their largest: what a reading jumps about in must stay near the processor.
  const declared = new Uint8Array(size);
  const used = new Uint8Array(size);
  const { names, counts } = corpus.index;
  for (const posting of corpus.postings) {
    if (!posting) continue;
    for (let at = posting.start; at < posting.end; at += 1) {
      const amounts = (counts[at] as number) & declaredBit ? declared : used;
      const name = names[at] as number;
      const amount = amounts[name] as number;
      if (amount < 255) amounts[name] = amount + 1;
    }
  }
  const ties = tiesOf(declared, used);
  const declarers = emptyPlaces(ties.declared);
  const users = emptyPlaces(ties.used);
  const weights = fillPlaces(corpus, ties.ofName, declarers, users);
  return { declarers, users, weights, sums: weigh(corpus.postings.length, declarers, users, weights) };
}

/** Numbers the names that tie, from 1; 0 stands for those that do not. */
function tiesOf(declared: Uint8Array, used: Uint8Array) {
  const ofName = new Uint32Array(declared.length);
  const declaredOfTie: number[] = [];
  const usedOfTie: number[] = [];
  for (let name = 0; name < declared.length; name += 1) {
    const [declarers, users] = [declared[name] as number, used[name] as number];
    if (declarers === 0 || declarers > mostDeclarers || users === 0 || users > mostUsers) continue;
    declaredOfTie.push(declarers);
    usedOfTie.push(users);
    ofName[name] = declaredOfTie.length;
  }
  return { ofName, declared: declaredOfTie, used: usedOfTie };
}

function emptyPlaces(amounts: readonly number[]): Places {
  const starts = new Uint32Array(amounts.length + 1);
  for (const [tie, amount] of amounts.entries()) starts[tie + 1] = (starts[tie] as number) + amount;
  return { starts, files: new Uint32Array(starts[amounts.length] as number) };
}

/** Puts each file where its names tie it; gives the weights of its uses. */
function fillPlaces(corpus: Corpus, tieOfName: Uint32Array, declarers: Places, users: Places): Float64Array {
  const nextDeclarer = declarers.starts.slice();
  const nextUser = users.starts.slice();
  const shares = Float64Array.from(nextUser.subarray(1), (_, tie) => shareOf(declarers.starts, users.starts, tie));
  const weights = new Float64Array(users.files.length);
  const { names, counts } = corpus.index;
  const [declaring, using] = [declarers.files, users.files];
  corpus.postings.forEach((posting, file) => {
    if (!posting) return;
    for (let from = posting.start; from < posting.end; from += 1) {
      const tie = (tieOfName[names[from] as number] as number) - 1;
      if (tie < 0) continue;
      const count = counts[from] as number;
      if (count & declaredBit) {
        const at = nextDeclarer[tie] as number;
        nextDeclarer[tie] = at + 1;
        declaring[at] = file;
      } else {
        const at = nextUser[tie] as number;
        nextUser[tie] = at + 1;
        using[at] = file;
        weights[at] = Math.sqrt(count) * (shares[tie] as number);
      }
    }
  });
  return weights;
}

/** A name says more the fewer files declare and use it. */
function shareOf(declarers: Uint32Array, users: Uint32Array, tie: number): number {
  const declared = (declarers[tie + 1] as number) - (declarers[tie] as number);
  return 1 / (declared * Math.sqrt((users[tie + 1] as number) - (users[tie] as number)));
}

function weigh(size: number, declarers: Places, users: Places, weights: Float64Array): Float64Array {
  const sums = new Float64Array(size);
  for (let tie = 0; tie + 1 < users.starts.length; tie += 1) {
    const [first, end] = [declarers.starts[tie] as number, declarers.starts[tie + 1] as number];
    let uses = 0;
    for (let at = users.starts[tie] as number; at < (users.starts[tie + 1] as number); at += 1) {
      const user = users.files[at] as number;
      uses += weights[at] as number;
      sums[user] = (sums[user] as number) + (weights[at] as number) * (end - first);
    }
    for (let at = first; at < end; at += 1) {
      const declarer = declarers.files[at] as number;
      sums[declarer] = (sums[declarer] as number) + uses * backwards;
    }
  }
  return sums;
}

const damping = 0.7;
const rounds = 8;

/** Personalised PageRank: where a walk along the edges is found that begins again and again at the seeds. */
export function pageRank(graph: NameGraph, seeds: Scores): Scores {
  const size = seeds.length;
  const total = seeds.reduce((sum, seed) => sum + seed, 0);
  if (total === 0) return new Float64Array(size);
  const begin = seeds.map((seed) => seed / total);
  let rank = begin.slice();
  const flows = new Float64Array(size);
  for (let round = 0; round < rounds; round += 1) {
    const next = begin.map((value) => value * (1 - damping));
    for (let file = 0; file < size; file += 1) {
      const own = damping * (rank[file] as number);
      const sum = graph.sums[file] as number;
      flows[file] = sum === 0 ? 0 : own / sum;
      // A walk that cannot go on stays.
      if (sum === 0) next[file] = (next[file] as number) + own;
    }
    walk(graph, flows, next);
    rank = next;
  }
  return rank;
}

/** One step along every edge: what flows out of each file for each unit of weight arrives in `next`. */
function walk({ declarers, users, weights }: NameGraph, flows: Scores, next: Scores): void {
  for (let tie = 0; tie + 1 < users.starts.length; tie += 1) {
    const [first, end] = [declarers.starts[tie] as number, declarers.starts[tie + 1] as number];
    const [from, to] = [users.starts[tie] as number, users.starts[tie + 1] as number];
    let declared = 0;
    for (let at = first; at < end; at += 1) declared += flows[declarers.files[at] as number] as number;
    declared *= backwards;
    let used = 0;
    for (let at = from; at < to; at += 1) {
      const user = users.files[at] as number;
      used += (flows[user] as number) * (weights[at] as number);
      if (declared > 0) next[user] = (next[user] as number) + declared * (weights[at] as number);
    }
    if (used === 0) continue;
    for (let at = first; at < end; at += 1) {
      const declarer = declarers.files[at] as number;
      next[declarer] = (next[declarer] as number) + used;
    }
  }
}
