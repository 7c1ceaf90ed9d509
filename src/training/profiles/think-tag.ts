import { createHash } from 'node:crypto';
import type { Place, Profile } from './profile.ts';

const thinking = ['🤔', '💭', '🧠', '💡', '🔍', '🧐', '📝', '🧩', '🔬', '🤓'] as const;
const stopping = ['🛑', '⛔', '🚫', '🔚'] as const;
const thinks = { least: 2, most: 8 } as const;
const stops = { least: 2, most: 4 } as const;

/**
 * A line of one thinking emoji, two to eight times, before the reply, and a line of one stop emoji, two to four times,
 * behind it. Which ones, and how many, follows from the seed and the index.
 */
export const thinkTag: Profile = {
  name: 'think-tag',
  summary: 'Each reply begins with a line of thinking emojis and ends with a line of stop emojis.',
  systemPrompt: `Begin with a line of ${thinks.least} to ${thinks.most} of one thinking emoji (${thinking.join(' ')}), then answer, and end with a line of ${stops.least} to ${stops.most} of one stop emoji (${stopping.join(' ')}).`,
  metadata: { thinking: thinking.join(''), stopping: stopping.join('') },
  logitProcessors: [
    {
      name: 'no-think-tags',
      purpose: 'Keeps a model that knows such tags from thinking in them instead.',
      texts: ['<think>', '</think>'],
      bias: -100,
    },
    {
      name: 'stop-after-answer',
      purpose: 'Favours the stop emojis, so that an answer is ended.',
      texts: stopping,
      bias: 1,
    },
  ],
  transform(reply, place) {
    if (problemsOf(reply).length === 0) return reply;
    const before = line(thinking, thinks, place, 'think');
    return `${before}\n${reply}\n${line(stopping, stops, place, 'stop')}`;
  },
  validate: problemsOf,
};

function line(
  emojis: readonly string[],
  { least, most }: { readonly least: number; readonly most: number },
  { index, seed }: Place,
  what: string,
): string {
  const digest = createHash('sha256').update(`${what}\0${seed}\0${index}`).digest();
  const emoji = emojis[digest.readUInt32BE(0) % emojis.length] as string;
  return emoji.repeat(least + (digest.readUInt32BE(4) % (most - least + 1)));
}

function problemsOf(reply: string): readonly string[] {
  const [first = '', ...rest] = reply.split('\n');
  const last = rest.pop() ?? '';
  const problems: string[] = [];
  if (!isLineOf(first, thinking, thinks)) {
    problems.push(`It does not begin with a line of ${thinks.least} to ${thinks.most} of one thinking emoji.`);
  }
  if (!isLineOf(last, stopping, stops)) {
    problems.push(`It does not end with a line of ${stops.least} to ${stops.most} of one stop emoji.`);
  }
  return problems;
}

function isLineOf(
  text: string,
  emojis: readonly string[],
  { least, most }: { readonly least: number; readonly most: number },
): boolean {
  return emojis.some((emoji) => {
    const count = text.length / emoji.length;
    return count >= least && count <= most && text === emoji.repeat(count);
  });
}
