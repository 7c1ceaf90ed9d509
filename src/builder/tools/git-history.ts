import { z } from 'zod';
import { defineTool, ToolProblem } from './tool.ts';
import { repositoryPath, textAt } from './visible-text.ts';

const path = z.string().min(1).max(1_000);
const mostCommits = 30;
const mostBlamed = 120;
const mostPathsShown = 200;

export const gitLog = defineTool({
  name: 'git_log',
  category: 'read',
  description: `The last commits before the one you work on, of all files or of one; at most ${mostCommits}.`,
  input: z.strictObject({ path: path.optional(), most: z.int().min(1).max(mostCommits).default(15) }),
  seconds: 10,
  async run({ path: named, most }, { base, reader, files }) {
    const only = named === undefined ? null : repositoryPath(named);
    if (only !== null && ![...(await files()).keys()].some((file) => file === only || file.startsWith(`${only}/`))) {
      throw new ToolProblem(`There is no file ${named} that may be read.`, { refused: true });
    }
    return reader.log(base, only, most);
  },
});

export const gitBlame = defineTool({
  name: 'git_blame',
  category: 'read',
  description: `Which commit each line of a file is from; at most ${mostBlamed} lines.`,
  input: z.strictObject({ path, from: z.int().min(1), to: z.int().min(1) }),
  seconds: 10,
  async run({ path: named, from, to }, context) {
    const lines = (await textAt(context, named)).split('\n').length;
    const last = Math.min(to, lines, from + mostBlamed - 1);
    if (last < from) throw new ToolProblem(`${named} has ${lines} lines.`);
    return context.reader.blame(context.base, repositoryPath(named), from, last);
  },
});

export const gitShow = defineTool({
  name: 'git_show',
  category: 'read',
  description: 'The message of an earlier commit and what it changed, in all files or in one.',
  input: z.strictObject({
    commit: z.string().regex(/^[0-9a-f]{7,64}$/, 'must be a commit’s hash'),
    path: path.optional(),
  }),
  seconds: 10,
  async run({ commit, path: named }, { base, reader, files }) {
    const readable = [...(await files()).keys()];
    const only = named === undefined ? null : repositoryPath(named);
    const past = (await reader.pastCommits([commit]).catch(() => []))[0];
    const touched = new Set(past?.paths ?? []);
    // Only files that may be read now: an earlier commit may hold a secret that was taken out since.
    const shown = readable.filter((file) => (only === null || file === only) && touched.has(file));
    const text = shown.length > 0 ? await reader.show(base, commit, shown.slice(0, mostPathsShown)) : null;
    if (text === null) throw new ToolProblem(`No commit ${commit} before this one changed a file that may be read.`);
    return text;
  },
});
