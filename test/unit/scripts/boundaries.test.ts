import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const check = (source: string) =>
  spawnSync(process.execPath, [path.join(root, 'scripts', 'boundaries.mjs'), source], { encoding: 'utf8' });

describe('import boundaries', () => {
  it('hold in the source', () => {
    const { status, stderr } = check(path.join(root, 'src'));
    assert.equal(status, 0, stderr);
  });

  it('are proved by a fixture that breaks each kind of them', () => {
    const { status, stderr } = check(path.join(root, 'test', 'fixtures', 'boundaries'));
    assert.equal(status, 1);
    const found = stderr.trim().split('\n').sort();
    assert.deepEqual(found, [
      'attic/old.ts: `attic` is no room of the design',
      'builder/uses-engine.ts imports ../engine/loop.ts',
      'domain/uses-node.ts imports node:fs',
      'engine/loop.ts imports ../vscode/face.ts',
      'engine/loop.ts imports vscode',
    ]);
  });
});
