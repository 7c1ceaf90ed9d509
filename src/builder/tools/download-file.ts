import { z } from 'zod';
import { artifactName } from './artifacts.ts';
import { defineTool, ToolProblem } from './tool.ts';

const mostBytes = 5 * 1024 * 1024;

export const downloadFile = defineTool({
  name: 'download_file',
  category: 'web',
  description:
    'Download a public file of at most 5 MiB and keep it under a name, for the tools that read documents and data.',
  input: z.strictObject({ url: z.url({ protocol: /^https?$/ }).max(2_000), name: artifactName }),
  seconds: 10,
  async run({ url, name }, { powers, task }, signal) {
    const { status, type, body } = await powers.fetch(url, mostBytes, signal);
    if (status >= 400) throw new ToolProblem(`${url} answered with status ${status}.`);
    powers.artifacts(task.scope.runId).put(name, body);
    return `Kept as ${name}: ${body.length} bytes, ${type || 'of no stated type'}.`;
  },
});
