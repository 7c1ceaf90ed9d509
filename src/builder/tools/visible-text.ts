import { type ToolContext, ToolProblem } from './tool.ts';

const largest = 2 * 1024 * 1024;

/** A path as tools take it: without `./` in front, and only inside the repository. */
export function repositoryPath(path: string): string {
  const plain = path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
  if (plain.startsWith('/') || /^[A-Za-z]:/.test(plain) || plain.split('/').includes('..') || plain.includes('\0')) {
    throw new ToolProblem('Paths are relative to the top of the repository and stay inside it.', { refused: true });
  }
  return plain;
}

/** The text of a file that may be read. */
export async function textAt(context: ToolContext, path: string): Promise<string> {
  const content = await bytesAt(context, path);
  if (content.subarray(0, 8000).includes(0)) throw new ToolProblem(`${path} is not text.`);
  return content.toString('utf8');
}

/** A file of at most so many bytes. */
export async function bytesAt(context: ToolContext, path: string, most = largest): Promise<Buffer> {
  const file = (await context.files()).get(repositoryPath(path));
  // Whether it is secret, excluded, ignored or not there at all is not told.
  if (!file) throw new ToolProblem(`There is no file ${path} that may be read.`, { refused: true });
  const content = (await context.reader.contents([file.object], most)).get(file.object);
  if (!content) throw new ToolProblem(`${path} is larger than ${most / 1024 / 1024} MiB.`);
  return content;
}
