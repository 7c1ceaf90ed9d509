import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pruneNotes } from '../../../src/compose/prune-notes.ts';

const old = new Date('2026-01-01T00:00:00Z');
const before = '2026-02-01T00:00:00Z';

describe('notes of old runs', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'countersign-notes-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function put(name: string, at: Date | null): Promise<void> {
    const file = path.join(folder, name);
    await writeFile(file, '{}');
    if (at) await utimes(file, at, at);
  }

  it('go with what else is no longer kept, and newer ones stay', async () => {
    await put('notes-old-run.json', old);
    await put('notes-new-run.json', null);
    await pruneNotes(folder, before);
    assert.deepEqual(await readdir(folder), ['notes-new-run.json']);
  });

  it('are all that is removed', async () => {
    const others = ['ledger.sqlite', 'notes-.json', 'notes-a.json.txt', 'my-notes-a.json'];
    for (const name of others) await put(name, old);
    await mkdir(path.join(folder, 'notes-folder.json'));
    await utimes(path.join(folder, 'notes-folder.json'), old, old);
    await symlink('ledger.sqlite', path.join(folder, 'notes-link.json'));
    await pruneNotes(folder, new Date(Date.now() + 86_400_000).toISOString());
    assert.deepEqual((await readdir(folder)).sort(), [...others, 'notes-folder.json', 'notes-link.json'].sort());
  });

  it('need no state directory to be there', async () => {
    await pruneNotes(path.join(folder, 'none'), before);
  });
});
