import picomatch from 'picomatch';
import { z } from 'zod';
import { isGenerated } from '../path-kinds.ts';
import { defineTool, type ToolContext } from './tool.ts';

const mostHits = 80;
const mostInFile = 10;
const longestLine = 200;
const portion = 500;
const largestFile = 1024 * 1024;

export const searchText = defineTool({
  name: 'search_text',
  category: 'read',
  description: `Find a text in the files of the commit you work on, letter by letter or ignoring case; at most ${mostHits} lines.`,
  input: z.strictObject({
    text: z.string().min(2).max(200).describe('Plain text, no pattern.'),
    glob: z.string().min(1).max(300).optional().describe('Only in paths that match, such as src/**.'),
    ignoreCase: z.boolean().default(false),
  }),
  seconds: 10,
  async run({ text, glob, ignoreCase }, context, signal) {
    const matches = glob ? picomatch(glob, { dot: true, nonegate: true }) : () => true;
    const fold = ignoreCase ? (line: string) => line.toLowerCase() : (line: string) => line;
    const wanted = fold(text);
    const hits: string[] = [];
    for await (const { path, content } of contentsOf(context, matches, signal)) {
      if (!fold(content).includes(wanted)) continue;
      let found = 0;
      for (const [at, line] of content.split('\n').entries()) {
        if (!fold(line).includes(wanted)) continue;
        found += 1;
        if (found <= mostInFile) hits.push(`${path}:${at + 1}: ${line.trim().slice(0, longestLine)}`);
      }
      if (found > mostInFile) hits.push(`${path}: ${found - mostInFile} more`);
      if (hits.length >= mostHits) return `${hits.slice(0, mostHits).join('\n')}\n… more; search for something rarer.`;
    }
    return hits.join('\n');
  },
});

/** Texts of files that may be read, portion by portion. */
export async function* contentsOf(
  context: ToolContext,
  matches: (path: string) => boolean,
  signal: AbortSignal,
): AsyncGenerator<{ readonly path: string; readonly content: string }> {
  const files = [...(await context.files()).values()].filter(({ path }) => matches(path) && !isGenerated(path));
  for (let at = 0; at < files.length; at += portion) {
    signal.throwIfAborted();
    const some = files.slice(at, at + portion);
    const contents = await context.reader.contents(
      some.map(({ object }) => object),
      largestFile,
    );
    for (const { path, object } of some) {
      const content = contents.get(object);
      if (content && !content.subarray(0, 8000).includes(0)) yield { path, content: content.toString('utf8') };
    }
  }
}
