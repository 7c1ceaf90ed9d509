import { excerptOf, lineWorth } from './excerpt.ts';
import type { Gatherer, Piece } from './gatherer.ts';

const mostFiles = 60;
const mostLines = 40;

/** Places where the words and names of the goal and its criteria stand in files that are not shown whole. */
export const textSearch: Gatherer = {
  name: 'text-search',
  heading: 'Places that the goal’s words are found in',
  share: 0.1,
  seconds: 15,
  async gather({ ranked, query, read, mayChange }, signal) {
    const files = ranked.filter(({ path }) => !mayChange(path)).slice(0, mostFiles);
    const texts = await read(files.map(({ path }) => path));
    signal.throwIfAborted();
    const worth = lineWorth(query.words, query.names);
    const pieces = files.flatMap(({ path, score }): Piece[] => {
      const text = excerptOf(texts.get(path) ?? '', worth, mostLines);
      return text === null ? [] : [{ title: path, path, form: 'excerpt', text, value: score * 0.5 }];
    });
    return { pieces, left: [] };
  },
};
