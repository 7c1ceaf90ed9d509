import type { RepositoryReader } from '../../engine/ports/repository.ts';

type ReadTexts = (paths: readonly string[]) => Promise<ReadonlyMap<string, string>>;

const largestText = 1024 * 1024;

/**
 * Reads texts of one commit, each once. What several ask for in the same turn is asked of git together: a process
 * started for each would take longer than all the reading.
 */
export function createTexts(reader: RepositoryReader, objects: ReadonlyMap<string, string>): ReadTexts {
  const known = new Map<string, Promise<string | null>>();
  let waiting: Map<string, (content: Promise<string | null>) => void> | null = null;

  function readWaiting(): void {
    const asked = waiting ?? new Map();
    waiting = null;
    const contents = reader.contents([...asked.keys()], largestText);
    for (const [object, resolve] of asked) resolve(contents.then((found) => textOf(found.get(object))));
  }

  function textAt(object: string): Promise<string | null> {
    const held = known.get(object);
    if (held) return held;
    if (!waiting) {
      waiting = new Map();
      setImmediate(readWaiting);
    }
    const { promise, resolve } = Promise.withResolvers<string | null>();
    waiting.set(object, resolve);
    known.set(object, promise);
    return promise;
  }

  return async (paths) => {
    const wanted = paths.flatMap((path) => {
      const object = objects.get(path);
      return object === undefined ? [] : [{ path, text: textAt(object) }];
    });
    const texts = await Promise.all(wanted.map(({ text }) => text));
    return new Map(
      wanted.flatMap(({ path }, at) => {
        const text = texts[at];
        return typeof text === 'string' ? [[path, text] as const] : [];
      }),
    );
  };
}

/** UTF-8 text, or null for what is not text. */
function textOf(content: Buffer | undefined): string | null {
  if (!content || content.subarray(0, 8000).includes(0)) return null;
  const text = content.toString('utf8');
  return Buffer.byteLength(text) === content.length && !text.includes('\ufffd') ? text : null;
}
