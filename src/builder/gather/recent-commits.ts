import type { Gatherer } from './gatherer.ts';

const mostFiles = 10;
const mostCommits = 12;
const mostOfEach = 3;

/** The last commits that touched the likeliest files: how such a change is made and named here. */
export const recentCommits: Gatherer = {
  name: 'recent-commits',
  heading: 'Recent commits on these files',
  share: 0.04,
  seconds: 15,
  async gather({ ranked, mayChange, history }) {
    const files = ranked
      .filter(({ path }) => mayChange(path))
      .slice(0, mostFiles)
      .map(({ path }) => path);
    const left = new Map(files.map((path) => [path, mostOfEach]));
    const lines: string[] = [];
    for (const { commit, message, paths } of history) {
      const touched = paths.filter((path) => (left.get(path) ?? 0) > 0);
      if (touched.length === 0 || lines.length >= mostCommits) continue;
      for (const path of touched) left.set(path, (left.get(path) as number) - 1);
      const subject = (message.split('\n', 1)[0] as string).slice(0, 120);
      lines.push(`${commit.slice(0, 10)} ${subject} (${touched.slice(0, 3).join(', ')})`);
    }
    if (lines.length === 0) return { pieces: [], left: [] };
    const title = 'Newest first';
    return { pieces: [{ title, path: null, form: 'note', text: lines.join('\n'), value: 0.25 }], left: [] };
  },
};
