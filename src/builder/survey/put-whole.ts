import { lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Writes a file beside its place and puts it there whole. A cache that cannot be written is no failure. */
export async function putWhole(file: string, parts: readonly Uint8Array[]): Promise<void> {
  const beside = `${file}.${process.pid}.${Date.now().toString(36)}`;
  try {
    const folder = path.dirname(file);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // A repository may arrive with a link in its place; nothing is written through one.
    if (!(await lstat(folder)).isDirectory()) return;
    await writeFile(beside, Buffer.concat(parts), { flag: 'wx', mode: 0o600 });
    await rename(beside, file);
  } catch {
    await rm(beside, { force: true }).catch(() => undefined);
  }
}
