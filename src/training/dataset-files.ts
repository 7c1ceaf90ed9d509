import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';

export interface WrittenFile {
  /** Relative to the dataset's folder. */
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** One JSONL file while it is written. Rows wait for the disk, so that memory does not grow with the file. */
export interface RowWriter {
  write(row: unknown): Promise<void>;
  close(): Promise<WrittenFile>;
}

export function createRowWriter(folder: string, file: string): RowWriter {
  const stream: WriteStream = createWriteStream(path.join(folder, file), { flags: 'wx' });
  const hash: Hash = createHash('sha256');
  let [rows, bytes] = [0, 0];
  let failure: Error | null = null;
  stream.on('error', (error) => {
    failure = error;
  });
  return {
    async write(row) {
      if (failure) throw failure;
      const line = Buffer.from(`${JSON.stringify(row)}\n`);
      hash.update(line);
      rows += 1;
      bytes += line.length;
      if (!stream.write(line)) await once(stream, 'drain');
    },
    async close() {
      if (failure) throw failure;
      stream.end();
      await finished(stream);
      return { file, rows, bytes, sha256: hash.digest('hex') };
    },
  };
}
