import { outlineOf } from '../survey/outline.ts';
import type { Gatherer, GatherInput, Piece } from './gatherer.ts';

const mostOutlines = 80;
/** Up to here every path is named; beyond, folders with how much is in them. */
const mostPaths = 250;
const mostFolders = 120;

/** What there is: the paths or folders of the repository, and what its likeliest files declare. */
export const repositoryMap: Gatherer = {
  name: 'repository-map',
  heading: 'The repository',
  share: 0.15,
  seconds: 15,
  async gather(input) {
    const files = input.ranked.slice(0, mostOutlines);
    const texts = await input.read(files.map(({ path }) => path));
    const words = [...input.query.words.keys()];
    const outlines = files.flatMap(({ path, score }): Piece[] => {
      const text = outlineOf(path, texts.get(path) ?? '', words);
      return text === ''
        ? []
        : [{ title: path, path, form: 'outline', text, value: score * 0.5, mayChange: input.mayChange(path) }];
    });
    return { pieces: [listing(input), ...outlines], left: [] };
  },
};

function listing({ paths }: GatherInput): Piece {
  const title = paths.length <= mostPaths ? 'All files' : `Folders, with the files in each (${paths.length} in all)`;
  const text = paths.length <= mostPaths ? paths.join('\n') : foldersOf(paths);
  return { title, path: null, form: 'note', text, value: 0.6 };
}

/** Folders two deep with how many files are in them, those first that hold most, then told in order. */
function foldersOf(paths: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const parts = path.split('/');
    const folder = parts.length === 1 ? '.' : parts.slice(0, Math.min(2, parts.length - 1)).join('/');
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const order = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const shown = order.slice(0, mostFolders).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = shown.map(([folder, count]) => `${folder}/  ${count}`);
  if (order.length > shown.length) lines.push(`… and ${order.length - shown.length} smaller folders`);
  return lines.join('\n');
}
