/**
 * Context recall on real history: for each of the last commits of a checkout, its message is the goal and the files it
 * touched are the answer, looked for in its parent. `npm run bench:context -- REPO… [--commits N]`
 */
import { parseArgs } from 'node:util';
import { estimateTokens } from '../../src/builder/estimate-tokens.ts';
import { type Corpus, openCorpus } from '../../src/builder/survey/corpus.ts';
import { contentScores } from '../../src/builder/survey/features.ts';
import { outlineOf } from '../../src/builder/survey/outline.ts';
import { ContentIndex } from '../../src/builder/survey/postings.ts';
import { textQuery } from '../../src/builder/survey/query.ts';
import { rankFiles } from '../../src/builder/survey/rank.ts';
import type { PastCommit, RepositoryReader } from '../../src/engine/ports/repository.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import { aiderRanking } from './context-aider.ts';

const mostTouched = 20;
const historyLength = 1_000;
const marks = [5, 10, 20] as const;
const budgets = [1_000, 4_000] as const;

type Ranking = (corpus: Corpus, message: string, history: readonly PastCommit[]) => readonly string[];

const rankings: Readonly<Record<string, Ranking>> = {
  countersign: (corpus, message, history) =>
    rankFiles(corpus, queryOfMessage(message), history).map((file) => file.path),
  bm25: (corpus, message) => {
    const scores = contentScores(corpus, textQuery([{ text: message, weight: 1 }]), 1);
    const order = [...corpus.paths.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
    return order.map((file) => corpus.paths[file] as string);
  },
  'aider map': (corpus, message) => aiderRanking(corpus, message),
};

function queryOfMessage(message: string) {
  const [first = '', ...rest] = message.split('\n');
  return textQuery([
    { text: first, weight: 1.5 },
    { text: rest.join('\n'), weight: 0.7 },
  ]);
}

interface Tally {
  cases: number;
  readonly recall: Map<number, number>;
  readonly tokens: Map<number, number>;
  readonly within: Map<number, number>;
  milliseconds: number;
}

async function measure(directory: string, most: number): Promise<void> {
  const { reader, head } = await openRepository(directory);
  const index = new ContentIndex();
  const { commit } = await head();
  const all = await reader.pastCommits(await reader.commits(commit, most));
  const tallies = new Map(Object.keys(rankings).map((name) => [name, emptyTally()]));
  let files = 0;
  for (const { commit: id, message, paths } of all) {
    const parent = (await reader.commits(`${id}^`, 1).catch(() => []))[0];
    if (!parent) continue;
    const corpus = await openCorpus(index, await reader.files(`${id}^`), reader.contents, AbortSignal.timeout(600_000));
    const touched = paths.filter((path) => corpus.numbers.has(path));
    if (touched.length === 0 || touched.length > mostTouched) continue;
    files = Math.max(files, corpus.paths.length);
    const history = await historyBefore(reader, `${id}^`);
    const costs = await costsOf(reader, `${id}^`);
    const text = withoutTrailers(message);
    for (const [name, ranking] of Object.entries(rankings)) {
      const started = performance.now();
      const ranked = ranking(corpus, text, history);
      const tally = tallies.get(name) as Tally;
      tally.milliseconds += performance.now() - started;
      await count(tally, ranked, touched, costs);
    }
  }
  print(directory, files, tallies);
}

const known = new Map<string, PastCommit>();

async function historyBefore(reader: RepositoryReader, commit: string): Promise<readonly PastCommit[]> {
  const ids = await reader.commits(commit, historyLength);
  const unknown = ids.filter((id) => !known.has(id));
  for (const past of await reader.pastCommits(unknown)) known.set(past.commit, past);
  return ids.flatMap((id) => known.get(id) ?? []);
}

/** Sign-offs and references to threads name no file, and no ranking should learn from who wrote something. */
function withoutTrailers(message: string): string {
  return message.replace(/^(?:[A-Z][A-Za-z-]+-by|Change-Id|Reviewed-on|PR-URL|Refs|Fixes|Closes): .*$/gm, '').trim();
}

type Costs = (path: string) => Promise<number>;
const outlineTokens = new Map<string, number>();

/** Every ranking pays the same for a file: the tokens of its outline, as a map would show it. */
async function costsOf(reader: RepositoryReader, commit: string): Promise<Costs> {
  const objects = new Map((await reader.files(commit)).map((file) => [file.path, file.object]));
  return async (path) => {
    const object = objects.get(path) as string;
    const key = `${object} ${path}`;
    const priced = outlineTokens.get(key);
    if (priced !== undefined) return priced;
    const content = (await reader.contents([object], 400 * 1024)).get(object);
    const outline = content && !content.includes(0) ? outlineOf(path, content.toString('utf8'), []) : '';
    const tokens = estimateTokens(`${path}\n${outline}`);
    outlineTokens.set(key, tokens);
    return tokens;
  };
}

function emptyTally(): Tally {
  return { cases: 0, recall: new Map(), tokens: new Map(), within: new Map(), milliseconds: 0 };
}

async function count(tally: Tally, ranked: readonly string[], touched: readonly string[], costs: Costs): Promise<void> {
  tally.cases += 1;
  const found = (paths: readonly string[]) => touched.filter((path) => paths.includes(path)).length / touched.length;
  const top = ranked.slice(0, Math.max(...marks));
  const prices = await Promise.all(top.map(costs));
  for (const mark of marks) {
    add(tally.recall, mark, found(top.slice(0, mark)));
    add(
      tally.tokens,
      mark,
      prices.slice(0, mark).reduce((sum, price) => sum + price, 0),
    );
  }
  for (const budget of budgets) {
    const shown: string[] = [];
    let used = 0;
    for (const path of ranked.slice(0, 200)) {
      const price = await costs(path);
      if (used + price > budget) continue;
      used += price;
      shown.push(path);
    }
    add(tally.within, budget, found(shown));
  }
}

function add(map: Map<number, number>, key: number, value: number): void {
  map.set(key, (map.get(key) ?? 0) + value);
}

function print(directory: string, files: number, tallies: ReadonlyMap<string, Tally>): void {
  const cases = [...tallies.values()][0]?.cases ?? 0;
  console.log(`\n${directory.split('/').at(-1)}: ${files} files, ${cases} commits`);
  const columns = [
    'ranking'.padEnd(12),
    ...marks.map((mark) => `recall@${mark}`.padStart(10)),
    ...marks.map((mark) => `tokens@${mark}`.padStart(10)),
    ...budgets.map((budget) => `in ${budget} tk`.padStart(11)),
    'ms'.padStart(7),
  ];
  console.log(columns.join(''));
  for (const [name, tally] of tallies) {
    const mean = (map: ReadonlyMap<number, number>, key: number) => (map.get(key) ?? 0) / Math.max(1, tally.cases);
    const cells = [
      name.padEnd(12),
      ...marks.map((mark) => mean(tally.recall, mark).toFixed(3).padStart(10)),
      ...marks.map((mark) => mean(tally.tokens, mark).toFixed(0).padStart(10)),
      ...budgets.map((budget) => mean(tally.within, budget).toFixed(3).padStart(11)),
      (tally.milliseconds / Math.max(1, tally.cases)).toFixed(1).padStart(7),
    ];
    console.log(cells.join(''));
  }
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { commits: { type: 'string', default: '100' } },
});
const commits = Number(values.commits);
if (positionals.length === 0 || !Number.isInteger(commits) || commits < 1) {
  console.error('Usage: npm run bench:context -- REPO… [--commits N]');
  process.exit(2);
}
for (const directory of positionals) await measure(directory, commits);
