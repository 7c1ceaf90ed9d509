import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const folder = path.resolve(import.meta.dirname, '..', 'snapshots');

/** Holds a text against its kept copy. A missing copy fails; UPDATE_SNAPSHOTS=1 writes it, to be read before it is kept. */
export function matchesSnapshot(name: string, text: string): void {
  const file = path.join(folder, `${name}.txt`);
  if (process.env.UPDATE_SNAPSHOTS === '1') writeFileSync(file, text);
  assert.ok(existsSync(file), `There is no snapshot ${name}: write it with UPDATE_SNAPSHOTS=1 and read it.`);
  assert.equal(text, readFileSync(file, 'utf8'));
}
