import { z } from 'zod';
import { textOfHtml } from './read-html.ts';
import { defineTool, ToolProblem } from './tool.ts';

const mostBytes = 1024 * 1024;

export const fetchPage = defineTool({
  name: 'fetch_page',
  category: 'web',
  description: 'Get a public web page or text file as text. Nothing of this machine or its network can be reached.',
  input: z.strictObject({ url: z.url({ protocol: /^https?$/ }).max(2_000) }),
  seconds: 10,
  async run({ url }, { powers }, signal) {
    const { status, type, body } = await powers.fetch(url, mostBytes, signal);
    if (status >= 400) throw new ToolProblem(`${url} answered with status ${status}.`);
    if (!/^text\/|json|xml|javascript|^$/.test(type) || body.subarray(0, 8000).includes(0)) {
      throw new ToolProblem(`${url} is ${type || 'not text'}. Download it to take facts out of it.`);
    }
    const text = body.toString('utf8');
    return type.includes('html') ? textOfHtml(text) : text;
  },
});
