import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openControlFiles } from '../../../src/compose/control-files.ts';

describe('control files', () => {
  let directory: string;
  let folder: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'countersign-control-'));
    folder = path.join(directory, 'control', 'run-1');
    mkdirSync(folder, { recursive: true });
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const open = (waitMs = 200) => openControlFiles({ stateDirectory: directory, waitMs });
  const put = (name: string, text = '') => writeFileSync(path.join(folder, name), text);

  it('gives each request once, with its reason on one line', async () => {
    put('pause', 'Lunch.\n  Back at two.\n');
    const inbox = open();
    assert.deepEqual(await inbox.take('run-1'), [{ type: 'pause', phaseId: null, reason: 'Lunch. Back at two.' }]);
    assert.deepEqual(await inbox.take('run-1'), []);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('reads the phase from the name', async () => {
    put('skip.api.v2');
    put('retry.web');
    const requests = await open().take('run-1');
    assert.deepEqual(requests.map(({ type, phaseId }) => `${type} ${phaseId}`).toSorted(), [
      'retry web',
      'skip api.v2',
    ]);
  });

  it('gives them in the order in which they were written', async () => {
    put('pause');
    await new Promise((resolve) => setTimeout(resolve, 30));
    put('resume');
    const requests = await open().take('run-1');
    assert.deepEqual(
      requests.map(({ type }) => type),
      ['pause', 'resume'],
    );
  });

  it('leaves alone what is no request, and what is of another run', async () => {
    for (const name of ['explode', '.hidden', 'stop.a b', 'stop...', 'STOP']) put(name, 'x');
    mkdirSync(path.join(directory, 'control', 'run-2'));
    writeFileSync(path.join(directory, 'control', 'run-2', 'stop'), '');
    const inbox = open();
    assert.deepEqual(await inbox.take('run-1'), []);
    assert.equal(readdirSync(folder).length, 5);
    assert.deepEqual(await inbox.take('run-3'), []);
  });

  it('follows no link, and reads no more than a few words', async () => {
    writeFileSync(path.join(directory, 'secret'), 'a secret');
    symlinkSync(path.join(directory, 'secret'), path.join(folder, 'stop'));
    put('pause', 'x'.repeat(100_000));
    mkdirSync(path.join(folder, 'resume'));
    const requests = await open().take('run-1');
    assert.deepEqual(
      requests.map(({ type, reason }) => [type, reason?.length]),
      [['pause', 500]],
    );
  });

  it('reads no run of a name that leads elsewhere', async () => {
    for (const name of ['..', '../run-1', 'a/b', '']) await assert.rejects(open().take(name), name);
  });

  it('knows whether a request was taken up', async () => {
    const request = { type: 'stop', phaseId: null, reason: 'Enough.' } as const;
    assert.equal(await open(150).send('run-9', request), false);
    const inbox = open(5000);
    const sent = inbox.send('run-8', request);
    for (let tries = 0; tries < 100; tries++) {
      const taken = await inbox.take('run-8');
      if (taken.length > 0) {
        assert.deepEqual(taken, [request]);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.equal(await sent, true);
  });
});
