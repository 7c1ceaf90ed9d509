import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../domain/engine-error.ts';

/** Longer texts, in bytes of UTF-8, are kept as files of their own. */
export const blobThreshold = 65_536;
const mostBytes = 256 * 1_048_576;

/** Files named by the SHA-256 of their content, under one directory. */
export interface BlobStore {
  /** Writes the text unless it is there; it is on disk when this returns. */
  write(text: string): { readonly hash: string; readonly bytes: number };
  /** Throws `store/damaged` where the file is gone, is no regular file, or holds something else. */
  read(hash: string): string;
  remove(hash: string): void;
  hashes(): readonly string[];
}

const hashPattern = /^[0-9a-f]{64}$/;

export function openBlobStore(directory: string): BlobStore {
  const pathOf = (hash: string) => join(directory, hash.slice(0, 2), hash);
  return {
    write(text) {
      const content = Buffer.from(text);
      const hash = createHash('sha256').update(content).digest('hex');
      const path = pathOf(hash);
      if (!isRegularFile(path)) {
        makeRealDirectory(directory);
        makeRealDirectory(join(directory, hash.slice(0, 2)));
        writeWhole(path, content);
      }
      return { hash, bytes: content.byteLength };
    },
    read(hash) {
      if (!hashPattern.test(hash)) throw damaged(directory);
      const path = pathOf(hash);
      const content = readRegularFile(path);
      if (!content || createHash('sha256').update(content).digest('hex') !== hash) throw damaged(path);
      return content.toString('utf8');
    },
    remove(hash) {
      if (hashPattern.test(hash)) rmSync(pathOf(hash), { force: true });
    },
    hashes() {
      const shards = namesIn(directory).filter((name) => /^[0-9a-f]{2}$/.test(name));
      return shards.flatMap((shard) => namesIn(join(directory, shard)).filter((name) => hashPattern.test(name)));
    },
  };
}

function damaged(file: string): EngineError {
  return new EngineError({ code: 'store/damaged', file, setAside: null });
}

function isRegularFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** A link that came with the state directory must not lead our writes elsewhere. */
function makeRealDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (!lstatSync(directory).isDirectory()) throw damaged(directory);
}

function writeWhole(path: string, content: Buffer): void {
  const temporary = `${path}.${randomUUID()}.part`;
  const file = openSync(temporary, 'wx', 0o600);
  try {
    for (let written = 0; written < content.byteLength; ) written += writeSync(file, content, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

function readRegularFile(path: string): Buffer | null {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch {
    return null;
  }
  try {
    const status = fstatSync(file);
    return status.isFile() && status.size <= mostBytes ? readFileSync(file) : null;
  } finally {
    closeSync(file);
  }
}

function namesIn(directory: string): readonly string[] {
  if (!lstatSync(directory, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(directory);
}
