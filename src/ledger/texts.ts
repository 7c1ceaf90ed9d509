import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { EngineError } from '../domain/engine-error.ts';
import { type BlobStore, blobThreshold } from './blobs.ts';
import type { Connection, Row } from './connection.ts';

/** Long values of one ledger: in the row while they are short, in a file named by its content when they are not. */
export interface Texts {
  /** The ledger's, to name where damage is found. */
  readonly file: string;
  /** What to put in the column. Belongs inside the transaction that writes the row. */
  pack(runId: string, text: string): string;
  unpack(stored: string): string;
  /** Keeps a text once per run, however many calls share it; returns its key. */
  share(runId: string, text: string): string;
  shared(runId: string, key: string): string | null;
}

// The first character of a packed column says what follows.
const inline = '=';
const reference = '#';

export function textsOf(connection: Connection, blobs: BlobStore): Texts {
  const texts: Texts = {
    file: connection.file,
    pack(runId, text) {
      if (text.length < blobThreshold / 4 || Buffer.byteLength(text) <= blobThreshold) return inline + text;
      const { hash, bytes } = blobs.write(text);
      connection.run('INSERT OR IGNORE INTO blobs (hash, run_id, bytes) VALUES (:hash, :runId, :bytes)', {
        hash,
        runId,
        bytes,
      });
      return reference + hash;
    },
    unpack: (stored) => (stored.startsWith(reference) ? blobs.read(stored.slice(1)) : stored.slice(1)),
    share(runId, text) {
      const hash = createHash('sha256').update(text).digest('base64url');
      const known = connection.get('SELECT 1 AS known FROM texts WHERE run_id = :runId AND hash = :hash', {
        runId,
        hash,
      });
      if (!known) {
        const body = texts.pack(runId, text);
        connection.run('INSERT INTO texts (run_id, hash, body) VALUES (:runId, :hash, :body)', { runId, hash, body });
      }
      return hash;
    },
    shared(runId, key) {
      const row = connection.get('SELECT body FROM texts WHERE run_id = :runId AND hash = :key', { runId, key });
      return row ? texts.unpack(String(row.body)) : null;
    },
  };
  return texts;
}

/** The same, but for files: what is to be forgotten soon goes with its row. */
export function withoutFiles(texts: Texts): Texts {
  return { ...texts, pack: (_runId, text) => inline + text };
}

/** Parses a stored JSON value. What does not fit its schema is damage: a state directory is not believed unread. */
export function parseStored<Schema extends z.ZodType>(file: string, schema: Schema, text: string): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(text)) as z.infer<Schema>;
  } catch (error) {
    throw new EngineError({ code: 'store/damaged', file, setAside: null }, error);
  }
}

/** The columns of a row that the schema names, in the shape it tells. */
export function parseRow<Schema extends z.ZodType>(file: string, schema: Schema, row: Row): z.infer<Schema> {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  throw new EngineError({ code: 'store/damaged', file, setAside: null }, parsed.error);
}
