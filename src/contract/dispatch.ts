import type { z } from 'zod';

/** One handler for each message of a union: a new message without one does not compile. */
export type Handlers<Message extends { readonly type: string }> = {
  readonly [Type in Message['type']]: (message: Extract<Message, { readonly type: Type }>) => void;
};

/**
 * Gives a message that came over the wire to its handler.
 *
 * @returns null, or what is wrong with a message that is none of the union, for the log; no handler is called then
 */
export function dispatch<Message extends { readonly type: string }>(
  schema: z.ZodType<Message>,
  handlers: Handlers<Message>,
  data: unknown,
): string | null {
  const parsed = schema.safeParse(data);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  const handle = handlers[parsed.data.type as Message['type']] as (message: Message) => void;
  handle(parsed.data);
  return null;
}
