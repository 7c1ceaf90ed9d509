import type { Gatherer, Piece } from './gatherer.ts';

/** Files that say how people work here, in the order in which they matter. */
const names = [
  'AGENTS.md',
  'CLAUDE.md',
  '.github/copilot-instructions.md',
  'CONTRIBUTING.md',
  '.github/CONTRIBUTING.md',
  'README.md',
  'README.rst',
  '.editorconfig',
];
const mostCharacters = 3_000;

/** What the repository says of itself and of how to write for it. */
export const conventions: Gatherer = {
  name: 'conventions',
  heading: 'What the repository says of itself',
  share: 0.08,
  seconds: 15,
  async gather({ ranked, read }) {
    const known = new Set(ranked.map(({ path }) => path));
    const there = names.filter((name) => known.has(name));
    const texts = await read(there);
    const pieces = there.flatMap((path, place): Piece[] => {
      const text = texts.get(path)?.trim();
      if (!text) return [];
      const isWhole = text.length <= mostCharacters;
      const shown = isWhole ? text : `${text.slice(0, text.lastIndexOf('\n', mostCharacters))}\n…`;
      return [{ title: path, path, form: isWhole ? 'whole' : 'excerpt', text: shown, value: 0.4 - place * 0.03 }];
    });
    return { pieces, left: [] };
  },
};
