import { z } from 'zod';
import type { Server } from './openai-server.ts';

/** What the next token's chances should be, as a profile of training data asks it of whoever serves the model. */
export interface TokenWishes {
  /** Name of the profile. */
  readonly profile: string;
  /** Texts, and what is to be added to the logit of the token that each one is: −100 to 100. */
  readonly texts: readonly { readonly text: string; readonly bias: number }[];
}

/** The wishes in tokens of one model. */
export interface TokenBias {
  /** As `logit_bias` has it: by token id. */
  readonly bias: Readonly<Record<string, number>>;
  /** Texts that are no single token of this model, or whose token nobody tells. */
  readonly left: readonly string[];
}

const nothing: TokenBias = { bias: {}, left: [] };

/** Looks the tokens up once for each server and model. */
export function createTokenBias(
  server: Omit<Server, 'tokenBias'>,
  wishes: TokenWishes | null,
): () => Promise<TokenBias> {
  let found: Promise<TokenBias> | null = null;
  return () => {
    if (!wishes) return Promise.resolve(nothing);
    found ??= lookUp(server, wishes);
    return found;
  };
}

/**
 * A text of several tokens is left out: a bias on each of its parts would bear on every other text that they stand in.
 */
async function lookUp(server: Omit<Server, 'tokenBias'>, { texts }: TokenWishes): Promise<TokenBias> {
  const bias: Record<string, number> = {};
  const left: string[] = [];
  for (const { text, bias: value } of texts) {
    const tokens = (await knownTokens(server.model, text)) ?? (await askedTokens(server, text));
    const [token, ...more] = tokens ?? [];
    if (token === undefined || more.length > 0) left.push(text);
    else bias[String(token)] = value;
  }
  return { bias, left };
}

/** Of the families whose table is known, and of models that were trained from one of them. */
const o200kFamily = /^(?:ft:)?(?:gpt-(?:4o|4\.[15]|5|oss)|o[134](?:-|$)|chatgpt-4o)/;

async function knownTokens(model: string, text: string): Promise<readonly number[] | null> {
  if (!o200kFamily.test(model.toLowerCase())) return null;
  const { tokenIdsOf } = await import('./count-tokens.ts');
  return tokenIdsOf(text);
}

const tokensSchema = z.object({ tokens: z.array(z.union([z.int(), z.object({ id: z.int() })])) });
const waitMs = 5_000;

/** Servers of open models tell: `POST /tokenize`, beside the address of the API. Null where one does not. */
async function askedTokens(server: Omit<Server, 'tokenBias'>, text: string): Promise<readonly number[] | null> {
  try {
    const key = await server.key();
    const url = new URL(server.baseUrl);
    url.pathname = `${url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')}/tokenize`;
    const response = await server.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
      redirect: 'error',
      signal: AbortSignal.timeout(waitMs),
      body: JSON.stringify({
        model: server.model,
        prompt: text,
        content: text,
        add_special_tokens: false,
        add_special: false,
        parse_special: true,
      }),
    });
    const { tokens } = tokensSchema.parse(await response.json());
    return tokens.map((token) => (typeof token === 'number' ? token : token.id));
  } catch {
    return null;
  }
}

/** What of the wishes was not sent, in one sentence; undefined for nothing. */
export function leftBias({ left }: TokenBias, { profile, texts }: TokenWishes, isTaken: boolean): string | undefined {
  if (!isTaken) return `takes no logit_bias: what its profile ${profile} asks of the next token is not sent.`;
  if (left.length === 0) return undefined;
  const named = left.map((text) => `\`${text}\``).join(', ');
  return `gets no logit_bias for ${left.length} of ${texts.length} texts of its profile ${profile}, which are no single token of it that is known: ${named}.`;
}
