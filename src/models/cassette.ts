import { LineCounter, parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import { roles } from '../domain/config.ts';
import { EngineError } from '../domain/engine-error.ts';
import { tokensSchema } from '../domain/money.ts';

const roleNames = new RegExp(`^(?:${roles.join('|')})(?::[A-Za-z0-9._-]+)?$`);

const replySchema = z.strictObject({
  role: z
    .string()
    .regex(roleNames, `must read ROLE or ROLE:COMPONENT, with ROLE one of ${roles.join(', ')}`)
    .describe('Who asks. Without a component it answers all components of the role.'),
  phase: z.string().min(1).describe('Name of the phase.'),
  attempt: z.int().positive().optional().describe('Only for this attempt.'),
  contains: z.array(z.string().min(1)).default([]).describe('Texts that the request must contain, each somewhere.'),
  lacks: z.array(z.string().min(1)).default([]).describe('Texts that the request must not contain anywhere.'),
  reply: z.string().describe('The reply, as the model gave it.'),
  toolCalls: z
    .array(
      z.strictObject({
        id: z.string().min(1).optional().describe('Ties the result to it; made up where it is left out.'),
        name: z.string().min(1),
        arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).default({}),
      }),
    )
    .exactOptional()
    .describe('Tools that the reply asks for.'),
  usage: tokensSchema
    .strict()
    .refine(({ input, cached }) => cached <= input, { message: 'must not be more than input', path: ['cached'] })
    .optional()
    .describe('Tokens that the reply used; `cached` is part of `input`.'),
});
export type RecordedReply = z.infer<typeof replySchema>;

const cassetteSchema = z.strictObject({ replies: z.array(replySchema) });

/** A recorded reply with the line of the cassette that it starts at. */
export interface CassetteEntry extends RecordedReply {
  readonly line: number;
}

/** Reads a cassette. Throws `config/invalid` with the line and column of what is wrong. */
export function parseCassette(text: string, file: string): readonly CassetteEntry[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const offsetOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] } | undefined;
      if (node?.range) return node.range[0] as number;
    }
    return 0;
  };
  const invalid = (problem: string, offset: number, cause: unknown) =>
    new EngineError({ code: 'config/invalid', problem, at: at(offset) }, cause);
  const broken = document.errors[0];
  if (broken) throw invalid(broken.message, broken.pos[0], broken);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error), 0, error);
  }
  const parsed = cassetteSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0] as z.core.$ZodIssue;
    const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] as string] : issue.path;
    const name = issue.path.map(String).join('.');
    throw invalid(`${name ? `${name}: ` : ''}${issue.message}`, offsetOf(path), parsed.error);
  }
  return parsed.data.replies.map((reply, index) => ({ ...reply, line: at(offsetOf(['replies', index])).line }));
}

export function formatCassette(replies: readonly RecordedReply[]): string {
  return stringify({ replies }, { lineWidth: 0, blockQuote: 'literal' });
}
