import { estimateTokens } from '../estimate-tokens.ts';
import { outlineOf } from '../survey/outline.ts';
import { excerptOf, lineWorth } from './excerpt.ts';
import type { Gatherer, GatherInput, Piece } from './gatherer.ts';

/** Read at most so many; where a scope has more, the ranking says which. */
const mostRead = 400;
const portion = 60;
/** In a wide scope a file this much less likely than the likeliest is not worth its tokens. */
const leastScore = 0.06;
/** A scope this narrow was chosen with care: all of it is wanted. */
const fewFiles = 30;
const excerptLines = 120;
/** A file this short is shown whole or not at all. */
const shortTokens = 1_000;

/** Files that may change or that the spec names: whole, or by the parts that matter where they are too long. */
export const filesInScope: Gatherer = {
  name: 'files-in-scope',
  heading: 'Files',
  share: 0.7,
  seconds: 15,
  async gather(input, signal) {
    const { ranked, withheld, mayChange, isNamedContext, budgetTokens } = input;
    const wanted = ranked.filter(({ path }) => mayChange(path) || isNamedContext(path));
    const left = withheld.map(({ path, why }) => ({ title: path, why }));
    const pieces: Piece[] = [];
    let tokens = 0;
    for (let at = 0; at < Math.min(wanted.length, mostRead); at += portion) {
      signal.throwIfAborted();
      const files = wanted.slice(at, at + portion);
      const texts = await input.read(files.map(({ path }) => path));
      for (const { path, score } of files) {
        const text = texts.get(path);
        if (text === undefined) left.push({ title: path, why: 'not text, or too large' });
        else {
          pieces.push(pieceOf(input, path, text, isNamedContext(path) ? Math.max(1, score) : score));
          tokens += estimateTokens(text);
        }
      }
      if (tokens > budgetTokens * 2) break;
    }
    if (tokens <= budgetTokens / 2 || wanted.length <= fewFiles) return { pieces, left };
    const likely = pieces.filter(({ path, value }) => value >= leastScore || isNamedContext(path as string));
    const unlikely = wanted.length - likely.length;
    if (unlikely > 0) left.push({ title: `${unlikely} more files in scope`, why: 'less likely to matter' });
    return { pieces: likely, left };
  },
};

function pieceOf(input: GatherInput, path: string, text: string, value: number): Piece {
  const { mayChange, query, budgetTokens } = input;
  const isNamed = input.isNamedContext(path);
  const whole: Piece = { title: path, path, form: 'whole', text, value, mayChange: mayChange(path), isNamed };
  if (estimateTokens(text) < Math.min(shortTokens, budgetTokens / 10)) return whole;
  const parts = excerptOf(text, lineWorth(query.words, query.names), excerptLines);
  const outline = outlineOf(path, text, [...query.words.keys()]);
  const shorter = [outline && `It declares:\n${outline}`, parts && `Parts of it:\n${parts}`]
    .filter(Boolean)
    .join('\n\n');
  if (shorter === '' || shorter.length > text.length * 0.7) return whole;
  return { ...whole, shorter: { ...whole, form: 'excerpt', text: shorter, value: value * 0.7 } };
}
