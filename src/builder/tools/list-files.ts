import picomatch from 'picomatch';
import { z } from 'zod';
import { defineTool } from './tool.ts';
import { repositoryPath } from './visible-text.ts';

const mostPaths = 300;

export const listFiles = defineTool({
  name: 'list_files',
  category: 'read',
  description: `List paths of the commit you work on, under a folder or matching a glob such as src/**/*.ts; at most ${mostPaths}.`,
  input: z.strictObject({
    folder: z.string().max(1_000).default('').describe('Folder to look in; all of the repository by default.'),
    glob: z.string().min(1).max(300).optional(),
  }),
  seconds: 10,
  async run({ folder, glob }, context) {
    const top = repositoryPath(folder === '.' ? '' : folder);
    const matches = glob ? picomatch(glob, { dot: true, nonegate: true }) : () => true;
    const paths = [...(await context.files()).keys()].filter(
      (path) => (top === '' || path.startsWith(`${top}/`)) && matches(path),
    );
    const more = paths.length > mostPaths ? [`… ${paths.length - mostPaths} more`] : [];
    return [...paths.slice(0, mostPaths), ...more].join('\n');
  },
});
