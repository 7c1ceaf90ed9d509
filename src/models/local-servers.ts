import { z } from 'zod';
import { plainText } from './plain-text.ts';

/** A model server on this machine that answered. */
export interface LocalServer {
  /** What it is, for people. */
  readonly kind: string;
  /** A name for it under `models.providers`. */
  readonly name: string;
  readonly baseUrl: string;
  /** Names of its models, in its own order. */
  readonly models: readonly string[];
}

export interface LocalPlace {
  readonly kind: string;
  readonly name: string;
  /** Without a path. */
  readonly origin: string;
}

/** Where model servers listen unless they are told otherwise. */
const usualPlaces: readonly LocalPlace[] = [
  { kind: 'Ollama', name: 'ollama', origin: 'http://127.0.0.1:11434' },
  { kind: 'LM Studio', name: 'lmstudio', origin: 'http://127.0.0.1:1234' },
  { kind: 'vLLM', name: 'vllm', origin: 'http://127.0.0.1:8000' },
  { kind: 'llama.cpp', name: 'llamacpp', origin: 'http://127.0.0.1:8080' },
];

/** Loopback places to look at, with the one that Ollama is told to use. */
export function localPlaces(environment: Readonly<Record<string, string | undefined>>): readonly LocalPlace[] {
  const told = ollamaOrigin(environment.OLLAMA_HOST);
  return usualPlaces.map((place) => (place.name === 'ollama' && told ? { ...place, origin: told } : place));
}

/** `HOST`, `HOST:PORT` or an address, as Ollama reads it; null where it is not on this machine. */
function ollamaOrigin(host: string | undefined): string | null {
  if (!host?.trim()) return null;
  const address = /^https?:\/\//.test(host.trim()) ? host.trim() : `http://${host.trim()}`;
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const hostname = url.hostname === '0.0.0.0' || url.hostname === '[::]' ? '127.0.0.1' : url.hostname;
  if (!/^(?:127(?:\.\d+){3}|localhost|\[::1\])$/.test(hostname)) return null;
  const explicit = /:\d+\/?$/.test(address.replace(/^https?:\/\//, ''));
  return `${url.protocol}//${hostname}:${url.port || (explicit ? '80' : '11434')}`;
}

const patience = 1500;
const mostBytes = 1024 * 1024;
const mostModels = 200;

const listSchema = z.object({
  data: z.array(z.object({ id: z.string().min(1), owned_by: z.string().optional() })),
});

/** Asks each place which models it has, without a key. Those that do not answer like a model server are left out. */
export async function findLocalServers(
  places: readonly LocalPlace[],
  signal: AbortSignal,
  fetcher: typeof fetch = fetch,
): Promise<readonly LocalServer[]> {
  const found = await Promise.all(places.map((place) => lookAt(place, signal, fetcher)));
  return found.filter((server) => server !== null);
}

async function lookAt(place: LocalPlace, signal: AbortSignal, fetcher: typeof fetch): Promise<LocalServer | null> {
  const baseUrl = `${place.origin}/v1`;
  try {
    const response = await fetcher(`${baseUrl}/models`, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      return null;
    }
    const list = listSchema.parse(JSON.parse(await textOf(response)));
    const models = list.data.slice(0, mostModels).map(({ id }) => plainText(id));
    return { ...knownAs(place, list.data[0]?.owned_by), baseUrl, models };
  } catch {
    // Whatever else listens there is no model server.
    return null;
  }
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > mostBytes) throw new Error('It is longer than any list of models.');
  }
  return text;
}

/** Ports 8000 and 8080 serve many things; these say themselves what they are. */
function knownAs({ kind, name }: LocalPlace, owner: string | undefined): Pick<LocalServer, 'kind' | 'name'> {
  if (owner === 'vllm') return { kind: 'vLLM', name: 'vllm' };
  if (owner === 'llamacpp') return { kind: 'llama.cpp', name: 'llamacpp' };
  return name === 'vllm' || name === 'llamacpp' ? { kind: 'a model server', name: 'local' } : { kind, name };
}
