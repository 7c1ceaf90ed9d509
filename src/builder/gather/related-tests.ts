import { estimateTokens } from '../estimate-tokens.ts';
import { isTest } from '../path-kinds.ts';
import { excerptOf, lineWorth } from './excerpt.ts';
import type { Gatherer, Piece } from './gatherer.ts';

const mostSources = 12;
const mostTests = 8;
const wholeTokens = 1_500;
const excerptLines = 60;

/** Tests of the likeliest files: named after them, or ranked high themselves. */
export const relatedTests: Gatherer = {
  name: 'related-tests',
  heading: 'Tests of what may change',
  share: 0.15,
  seconds: 15,
  async gather({ ranked, query, read, mayChange }) {
    const sources = ranked.filter(({ path }) => mayChange(path) && !isTest(path)).slice(0, mostSources);
    const stems = new Map(sources.map(({ path, score }) => [stemOf(path), score]));
    const tests = ranked
      .filter(({ path }) => isTest(path))
      .map(({ path, score }) => ({ path, value: Math.max(score, (stems.get(stemOf(path)) ?? 0) * 0.9) }))
      .sort((a, b) => b.value - a.value || (a.path < b.path ? -1 : 1))
      .slice(0, mostTests)
      .filter(({ value }) => value > 0.1);
    const texts = await read(tests.map(({ path }) => path));
    const worth = lineWorth(query.words, query.names);
    const pieces = tests.flatMap(({ path, value }): Piece[] => {
      const text = texts.get(path);
      if (text === undefined) return [];
      const piece = { title: path, path, value: value * 0.8, mayChange: mayChange(path) };
      if (estimateTokens(text) <= wholeTokens) return [{ ...piece, form: 'whole', text }];
      const part = excerptOf(text, worth, excerptLines);
      return part === null ? [] : [{ ...piece, form: 'excerpt', text: part }];
    });
    return { pieces, left: [] };
  },
};

/** What a file and its test have in common: `src/date-range.ts` and `tests/test_date_range.py` both give daterange. */
function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\..*$/, '');
  return name
    .toLowerCase()
    .replace(/^test[_-]|[_-]?tests?$|[_-]?spec$/g, '')
    .replace(/[_-]/g, '');
}
