import { z } from 'zod';
import { sourceBytes, sourceName } from './artifacts.ts';
import { readCsv } from './read-csv.ts';
import { factsOfHtml } from './read-html.ts';
import { defineTool, ToolProblem } from './tool.ts';

const mostListed = 60;

export const extractFacts = defineTool({
  name: 'extract_facts',
  category: 'documents',
  description:
    'Structured facts of a document: headings and links of Markdown and HTML, columns of CSV, the shape of JSON.',
  input: z.strictObject({ source: sourceName }),
  seconds: 10,
  async run({ source }, context) {
    const content = await sourceBytes(context, source);
    if (content.subarray(0, 8000).includes(0)) throw new ToolProblem(`${source} is not text.`);
    return JSON.stringify(factsOf(source, content.toString('utf8')), null, 1);
  },
});

function factsOf(name: string, text: string): unknown {
  if (/\.json$/i.test(name)) return { kind: 'json', shape: shapeOf(parsed(name, text), 0) };
  if (/\.(?:csv|tsv)$/i.test(name)) return { kind: 'table', ...tableFacts(name, text) };
  if (/\.html?$/i.test(name) || /^\s*<(?:!doctype html|html)\b/i.test(text))
    return { kind: 'html', ...factsOfHtml(text) };
  const lines = text.split('\n');
  return {
    kind: 'text',
    lines: lines.length,
    words: (text.match(/\S+/g) ?? []).length,
    headings: lines.filter((line) => /^#{1,6} /.test(line)).slice(0, mostListed),
    links: [...new Set(text.match(/https?:\/\/[^\s)>\]"']+/g) ?? [])].slice(0, mostListed),
  };
}

function tableFacts(name: string, text: string): object {
  try {
    const [columns = [], ...rows] = readCsv(text, 100_000);
    return { columns, rows: rows.length, first: rows.slice(0, 3) };
  } catch (error) {
    throw new ToolProblem(`${name}: ${(error as Error).message}`);
  }
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ToolProblem(`${name} is no JSON: ${(error as Error).message}`);
  }
}

/** Keys and types, four levels deep; a list is told by its first item. */
function shapeOf(value: unknown, depth: number): unknown {
  if (Array.isArray(value)) return depth > 3 ? 'list' : [`${value.length} items`, shapeOf(value[0], depth + 1)];
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  if (depth > 3) return 'object';
  const entries = Object.entries(value).slice(0, mostListed);
  return Object.fromEntries(entries.map(([key, item]) => [key, shapeOf(item, depth + 1)]));
}
