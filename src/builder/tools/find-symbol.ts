import { z } from 'zod';
import { isCode } from '../path-kinds.ts';
import { declarationsIn } from '../survey/outline.ts';
import { contentsOf } from './search-text.ts';
import { defineTool } from './tool.ts';

const mostDeclarations = 20;
const mostUses = 40;

export const findSymbol = defineTool({
  name: 'find_symbol',
  category: 'read',
  description: `Find where a name is declared and which lines use it; at most ${mostDeclarations} declarations and ${mostUses} uses.`,
  input: z.strictObject({
    name: z
      .string()
      .regex(/^[\p{L}_$][\p{L}\p{N}_$]*$/u, 'must be one name')
      .max(100),
  }),
  seconds: 10,
  async run({ name }, context, signal) {
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}_$])${name.replaceAll('$', '\\$')}(?![\\p{L}\\p{N}_$])`, 'u');
    const declared: string[] = [];
    const used: string[] = [];
    for await (const { path, content } of contentsOf(context, isCode, signal)) {
      if (!content.includes(name)) continue;
      const lines = content.split('\n');
      const declaring = new Set(declarationsIn(path, lines).filter((at) => pattern.test(lines[at] as string)));
      lines.forEach((line, at) => {
        if (!pattern.test(line)) return;
        const shown = `${path}:${at + 1}: ${line.trim().slice(0, 200)}`;
        if (declaring.has(at)) declared.push(shown);
        else if (used.length < mostUses) used.push(shown);
      });
    }
    if (declared.length + used.length === 0) return '';
    const parts = [`Declared:\n${declared.slice(0, mostDeclarations).join('\n') || 'nowhere that this can see'}`];
    if (used.length > 0) parts.push(`Used:\n${used.join('\n')}`);
    return parts.join('\n\n');
  },
});
