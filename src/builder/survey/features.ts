import type { PastCommit } from '../../engine/ports/repository.ts';
import { type Corpus, countAt, isDeclaredAt } from './corpus.ts';
import { withoutEnding } from './path-words.ts';
import type { Query } from './query.ts';
import { rememberingSplitter, splitWords } from './words.ts';

/** A score for each file of a corpus, in its order. */
export type Scores = Float64Array;

const saturation = 1.2;
const lengthWeight = 0.6;

/** Okapi BM25 of the query's words in each file's names; a declared name counts three times. */
export function contentScores(corpus: Corpus, query: Query, declaredWeight = 3): Scores {
  const { index, postings, lengths } = corpus;
  const { vocabulary } = index;
  const terms = [...query.words].flatMap(([word, weight]) => {
    const id = vocabulary.wordId(word);
    return id === undefined ? [] : [{ id, weight }];
  });
  const scores = new Float64Array(postings.length);
  if (terms.length === 0) return scores;
  const termOfWord = new Int16Array(vocabulary.wordCount).fill(-1);
  terms.forEach(({ id }, term) => {
    termOfWord[id] = term;
  });
  const { isNamed, termsOfName } = namesWith(corpus, termOfWord);
  const { names } = index;
  const frequencies = postings.map((posting) => {
    if (!posting) return null;
    let found: Float64Array | null = null;
    for (let at = posting.start; at < posting.end; at += 1) {
      const name = names[at] as number;
      if (isNamed[name] === 0) continue;
      found ??= new Float64Array(terms.length);
      const count = countAt(index, at) * (isDeclaredAt(index, at) ? declaredWeight : 1);
      for (const term of termsOfName.get(name) ?? []) found[term] = (found[term] as number) + count;
    }
    return found;
  });
  const known = frequencies.filter((found) => found !== null);
  const inverse = terms.map((_, term) =>
    rarity(known.filter((found) => (found[term] as number) > 0).length, postings.length),
  );
  const mean = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, postings.length) || 1;
  frequencies.forEach((found, file) => {
    if (!found) return;
    const norm = saturation * (1 - lengthWeight + (lengthWeight * (lengths[file] as number)) / mean);
    let score = 0;
    terms.forEach(({ weight }, term) => {
      const count = found[term] as number;
      score += (weight * (inverse[term] as number) * count * (saturation + 1)) / (count + norm);
    });
    scores[file] = score;
  });
  return scores;
}

/** Names that hold a wanted word, and which: a byte for each name, because every posting asks for it. */
function namesWith({ index: { vocabulary } }: Corpus, termOfWord: Int16Array) {
  const isNamed = new Uint8Array(vocabulary.size);
  const termsOfName = new Map<number, number[]>();
  for (let name = 0; name < vocabulary.size; name += 1) {
    const [start, end] = vocabulary.wordRange(name);
    for (let at = start; at < end; at += 1) {
      const term = termOfWord[vocabulary.wordAt(at)] as number;
      if (term < 0) continue;
      const terms = termsOfName.get(name);
      if (terms) terms.push(term);
      else termsOfName.set(name, [term]);
      isNamed[name] = 1;
    }
  }
  return { isNamed, termsOfName };
}

/** Inverse document frequency, never negative. */
export function rarity(holding: number, all: number): number {
  return Math.log(1 + (all - holding + 0.5) / (holding + 0.5));
}

/** 1 for files that the text names by their path, less where by the file's name alone. */
export function namedScores({ paths }: Corpus, query: Query): Scores {
  return Float64Array.from(paths, (path) => {
    const named = query.paths.filter((name) => path === name || path.endsWith(`/${name}`));
    return named.length === 0 ? 0 : named.some((name) => name.includes('/')) ? 1 : 0.7;
  });
}

/** How well the words of a path fit, its file name above its folders. */
export function pathScores({ index, paths }: Corpus, query: Query): Scores {
  const wordsOf = paths.map((path) => {
    // Most paths share no word with the query: those cost nothing further.
    const words = index.wordsOfPath(path).filter((word) => query.words.has(word));
    return words.length < 2 ? words : [...new Set(words)];
  });
  const holding = new Map<string, number>();
  for (const words of wordsOf) for (const word of words) holding.set(word, (holding.get(word) ?? 0) + 1);
  return Float64Array.from(wordsOf, (words, file) => {
    if (words.length === 0) return 0;
    const own = new Set(splitWords(withoutEnding(nameOf(paths[file] as string))));
    return words.reduce((score, word) => {
      const part = (query.words.get(word) as number) * rarity(holding.get(word) as number, paths.length);
      return score + (own.has(word) ? part / Math.sqrt(own.size) : part * 0.3);
    }, 0);
  });
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Files that declare a name which the text has, or use it where few do. */
export function nameScores(corpus: Corpus, query: Query): Scores {
  const { index, postings } = corpus;
  const wanted = new Set(query.names.flatMap((name) => index.vocabulary.find(name) ?? []));
  const scores = new Float64Array(postings.length);
  if (wanted.size === 0) return scores;
  const isWanted = new Uint8Array(index.vocabulary.size);
  for (const name of wanted) isWanted[name] = 1;
  const declaring = new Map<number, number[]>();
  const using = new Map<number, number[]>();
  postings.forEach((posting, file) => {
    if (!posting) return;
    for (let at = posting.start; at < posting.end; at += 1) {
      const name = index.names[at] as number;
      if (isWanted[name] === 0) continue;
      const list = isDeclaredAt(index, at) ? declaring : using;
      const files = list.get(name);
      if (files) files.push(file);
      else list.set(name, [file]);
    }
  });
  for (const name of wanted) {
    const declarers = declaring.get(name) ?? [];
    const users = using.get(name) ?? [];
    for (const file of declarers) scores[file] = (scores[file] as number) + 3 / Math.sqrt(declarers.length);
    const share = rarity(users.length, postings.length) / 4;
    for (const file of users) scores[file] = (scores[file] as number) + share / Math.sqrt(users.length);
  }
  return scores;
}

/** What the history says: which files changed under messages like this one, and which change often of late. */
export interface HistoryScores {
  readonly alike: Scores;
  readonly often: Scores;
}

export function historyScores(corpus: Corpus, query: Query, commits: readonly PastCommit[]): HistoryScores {
  const { numbers } = corpus;
  const alike = new Float64Array(numbers.size);
  const often = new Float64Array(numbers.size);
  const split = rememberingSplitter();
  const messages = commits.map(({ message }) => new Set(message.split(/[^\p{L}\p{N}_$]+/u).flatMap(split)));
  const holding = new Map<string, number>();
  for (const words of messages) {
    for (const word of words) if (query.words.has(word)) holding.set(word, (holding.get(word) ?? 0) + 1);
  }
  commits.forEach(({ paths }, age) => {
    const files = paths.flatMap((path) => numbers.get(path) ?? []);
    if (files.length === 0 || files.length > 60) return;
    const share = 1 / Math.sqrt(files.length);
    let likeness = 0;
    const words = messages[age] as ReadonlySet<string>;
    for (const word of words) {
      const count = holding.get(word);
      if (count !== undefined) likeness += (query.words.get(word) as number) * rarity(count, commits.length);
    }
    likeness /= Math.sqrt(4 + words.size);
    const recent = Math.exp(-age / 400);
    for (const file of files) {
      alike[file] = (alike[file] as number) + likeness * likeness * share * (0.3 + recent);
      often[file] = (often[file] as number) + share * recent;
    }
  });
  return { alike: alike.map(Math.sqrt), often: often.map(Math.sqrt) };
}

/** Files that changed together with those that score already. */
export function companionScores(corpus: Corpus, commits: readonly PastCommit[], seeds: Scores): Scores {
  const { numbers } = corpus;
  const scores = new Float64Array(numbers.size);
  const changes = new Float64Array(numbers.size);
  const sets = commits.map(({ paths }) => paths.flatMap((path) => numbers.get(path) ?? []));
  for (const files of sets) for (const file of files) changes[file] = (changes[file] as number) + 1;
  for (const files of sets) {
    if (files.length < 2 || files.length > 30) continue;
    const total = files.reduce((sum, file) => sum + (seeds[file] as number) / (3 + (changes[file] as number)), 0);
    for (const file of files) {
      const own = (seeds[file] as number) / (3 + (changes[file] as number));
      scores[file] = (scores[file] as number) + (total - own) / Math.sqrt(files.length - 1);
    }
  }
  return scores;
}
