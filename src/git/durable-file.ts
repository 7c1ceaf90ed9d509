import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a file so that after a power cut it holds either the old content or all of the new. */
export async function writeDurably(path: string, content: string): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w', 0o600);
  await closing(file, async () => {
    await file.writeFile(content);
    await file.sync();
  });
  await rename(draft, path);
  await syncFolder(dirname(path));
}

export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  await closing(file, () => file.sync());
}

/** Makes renames in a folder durable. Not every system can: there the file system's own order has to do. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  await syncFile(path);
}

/** SHA-256 of a file's bytes, or null where there is none. */
export async function hashOfFile(path: string): Promise<string | null> {
  const content = await readFile(path).catch(() => null);
  return content === null ? null : hashOf(content);
}

export function hashOf(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

async function closing(file: FileHandle, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } finally {
    await file.close();
  }
}
