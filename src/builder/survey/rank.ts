import type { PastCommit } from '../../engine/ports/repository.ts';
import type { Corpus } from './corpus.ts';
import {
  companionScores,
  contentScores,
  historyScores,
  namedScores,
  nameScores,
  pathScores,
  type Scores,
} from './features.ts';
import { type NameGraph, nameGraph, pageRank } from './graph.ts';
import type { Query } from './query.ts';

/** How much each sign counts, once it is brought to a scale from 0 to 1. */
export interface Weights {
  readonly content: number;
  readonly path: number;
  /** On top of `path`, for a file whose path the text names. */
  readonly named: number;
  readonly name: number;
  readonly alike: number;
  readonly often: number;
  readonly companion: number;
  readonly graph: number;
}

/** Found by `bench:context` on repositories other than those it reports on. */
export const defaultWeights: Weights = {
  content: 1,
  path: 0.8,
  named: 1,
  name: 0.5,
  alike: 0.95,
  often: 0.06,
  companion: 0.4,
  graph: 0.3,
};

export interface RankedFile {
  readonly path: string;
  /** From 1 for the likeliest down to 0. */
  readonly score: number;
}

/** Every file of the corpus, those first that the phase most likely concerns. Equal scores stand in path order. */
export function rankFiles(
  corpus: Corpus,
  query: Query,
  commits: readonly PastCommit[],
  weights: Weights = defaultWeights,
  graph: () => NameGraph = () => nameGraph(corpus),
): readonly RankedFile[] {
  const { alike, often } = historyScores(corpus, query, commits);
  const first = sum(corpus.paths.length, [
    [contentScores(corpus, query), weights.content],
    [pathScores(corpus, query), weights.path],
    [namedScores(corpus, query), weights.named, false],
    [nameScores(corpus, query), weights.name],
    [alike, weights.alike],
    [often, weights.often],
  ]);
  const seeds = sharpened(first);
  const all = sum(corpus.paths.length, [
    [first, 1, false],
    [companionScores(corpus, commits, seeds), weights.companion],
    [weights.graph > 0 ? pageRank(graph(), seeds) : new Float64Array(first.length), weights.graph],
  ]);
  const top = all.reduce((most, score) => Math.max(most, score), 0) || 1;
  return (
    corpus.paths
      .map((path, file) => ({ path, score: rounded((all[file] as number) / top) }))
      // Paths stand in order already, and a sort keeps the order of equals.
      .sort((a, b) => b.score - a.score)
  );
}

/** The last digits depend on the order in which names were first met; nothing may hang on them. */
function rounded(score: number): number {
  return Math.round(score * 1e9) / 1e9;
}

function sum(size: number, parts: readonly (readonly [Scores, number, boolean?])[]): Scores {
  const total = new Float64Array(size);
  for (const [scores, weight, scale = true] of parts) {
    const top = scale ? scores.reduce((most, score) => Math.max(most, score), 0) : 1;
    if (top === 0) continue;
    for (let file = 0; file < size; file += 1) {
      total[file] = (total[file] as number) + (weight * (scores[file] as number)) / top;
    }
  }
  return total;
}

const mostSeeds = 40;

/** Only the best may pull others up: the rest says little. */
function sharpened(scores: Scores): Scores {
  const top = scores.reduce((most, score) => Math.max(most, score), 0);
  const order = [...scores.keys()]
    .filter((file) => (scores[file] as number) > top / 4)
    .sort((a, b) => (scores[b] as number) - (scores[a] as number))
    .slice(0, mostSeeds);
  const seeds = new Float64Array(scores.length);
  for (const file of order) seeds[file] = top === 0 ? 0 : ((scores[file] as number) / top) ** 5;
  return seeds;
}
