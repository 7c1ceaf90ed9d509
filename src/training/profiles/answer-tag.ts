import type { Profile } from './profile.ts';

const [start, end] = ['<<ANS_START>>', '<<ANS_END>>'];

export const answerTag: Profile = {
  name: 'answer-tag',
  summary: `Each reply stands between ${start} and ${end}.`,
  systemPrompt: `Put your whole answer between ${start} and ${end}, and write nothing outside them.`,
  metadata: { start, end },
  logitProcessors: [
    {
      name: 'end-after-answer',
      purpose: 'Favours the end mark, so that an answer is closed.',
      texts: [end],
      bias: 2,
    },
  ],
  transform: (reply) => (problemsOf(reply).length === 0 ? reply : `${start}\n${withoutMarks(reply)}\n${end}`),
  validate: problemsOf,
};

function problemsOf(reply: string): readonly string[] {
  const problems: string[] = [];
  if (!reply.startsWith(`${start}\n`)) problems.push(`It does not begin with ${start}.`);
  if (!reply.endsWith(`\n${end}`)) problems.push(`It does not end with ${end}.`);
  if (occurrences(reply, start) > 1 || occurrences(reply, end) > 1) problems.push('A mark stands inside the answer.');
  if (problems.length === 0 && reply.length < start.length + end.length + 2)
    problems.push('It has no room for an answer.');
  return problems;
}

/** A mark inside would end the answer too early: it is broken up. */
function withoutMarks(reply: string): string {
  return reply.replaceAll(start, '<< ANS_START >>').replaceAll(end, '<< ANS_END >>');
}

function occurrences(text: string, part: string): number {
  return text.split(part).length - 1;
}
