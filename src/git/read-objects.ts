import type { ChildProcess } from 'node:child_process';
import { EngineError } from '../domain/engine-error.ts';
import { collectErrors, ended, type Git, killGroup, startGit } from './exec.ts';
import { faultOfFailure } from './git-failure.ts';

/** One process that reads objects once, started before it is known which ones, so that its start costs no time. */
export interface ObjectReader {
  /**
   * Content of many objects. Those over `limit` bytes and those that are not there are absent: sizes are asked first,
   * so that a huge file is never sent. May be called once.
   */
  read(objects: readonly string[], limit: number): Promise<ReadonlyMap<string, Buffer>>;
  /** Ends the process where nothing was read. */
  close(): void;
}

const words = ['cat-file', '--batch-command', '--buffer'];

export function openObjectReader(git: Git): ObjectReader {
  const child = startGit(git, words);
  const errors = collectErrors(child);
  const done = ended(child, git);
  // Read below as a failure; without this a rejection in between would go unheard.
  done.catch(() => undefined);
  child.stdin?.on('error', () => undefined);
  return {
    async read(objects, limit) {
      try {
        const contents = await readFrom(child, [...new Set(objects)], limit);
        await done;
        return contents;
      } catch (error) {
        killGroup(child);
        const exitCode = await done;
        throw new EngineError(faultOfFailure(git, words, exitCode, errors()), error);
      }
    },
    close: () => killGroup(child),
  };
}

/** As an `ObjectReader` does, where the objects are known from the start. */
export async function readObjects(
  git: Git,
  objects: readonly string[],
  limit: number,
): Promise<ReadonlyMap<string, Buffer>> {
  return objects.length === 0 ? new Map() : openObjectReader(git).read(objects, limit);
}

async function readFrom(child: ChildProcess, objects: readonly string[], limit: number): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  const reader = byteReader(child);
  child.stdin?.write(`${objects.map((object) => `info ${object}\n`).join('')}flush\n`);
  const wanted: string[] = [];
  for (const object of objects) {
    const [, type, size] = (await reader.line()).split(' ');
    if (type === 'blob' && Number(size) <= limit) wanted.push(object);
  }
  child.stdin?.end(`${wanted.map((object) => `contents ${object}\n`).join('')}flush\n`);
  for (const object of wanted) {
    const size = Number((await reader.line()).split(' ')[2]);
    contents.set(object, await reader.bytes(size));
    await reader.bytes(1);
  }
  return contents;
}

/** Reads a child's output by line and by length. Rejects when it ends too early. */
export function byteReader(child: ChildProcess) {
  const parts = child.stdout?.[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let held: Buffer[] = [];
  let size = 0;
  const more = async () => {
    const next = await parts.next();
    if (next.done) throw new Error('git ended before it had answered.');
    held.push(next.value);
    size += next.value.length;
  };
  const take = (length: number): Buffer => {
    const all = held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held);
    held = [all.subarray(length)];
    size -= length;
    return all.subarray(0, length);
  };
  return {
    async bytes(length: number): Promise<Buffer> {
      while (size < length) await more();
      return Buffer.from(take(length));
    },
    async line(): Promise<string> {
      let searched = 0;
      for (;;) {
        let at = 0;
        for (const part of held) {
          const feed = at + part.length > searched ? part.indexOf(10) : -1;
          if (feed >= 0)
            return take(at + feed + 1)
              .toString('utf8')
              .slice(0, -1);
          at += part.length;
        }
        searched = at;
        await more();
      }
    },
  };
}
