import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { tally } from './tally.ts';

const project = resolve(import.meta.dirname, '..', '..');
const mocha = join(project, 'node_modules', 'mocha', 'bin', 'mocha.js');

/** Where what is mounted is seen by nobody else, and gone afterwards. */
const namespace = ['--user', '--map-root-user', '--mount'];

/**
 * A suite that mounts file systems. Whoever may mount runs it as it is; anybody else in a user namespace of its own,
 * where they may. On a machine that allows neither it counts as pending, and says so.
 */
export function suiteWithMounts(file: string, title: string, body: (this: Mocha.Suite) => void): void {
  if (mayMount()) {
    describe(title, body);
    return;
  }
  describe(title, function () {
    this.timeout(240_000);
    it('passes in a user namespace, where this user may mount', function () {
      const trial = spawnSync('unshare', [...namespace, 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]);
      if (trial.status !== 0) {
        console.log(`NOT RUN: “${title}” needs root or user namespaces, and this machine gives neither.`);
        this.skip();
      }
      const words = [...namespace, process.execPath, mocha, file];
      const { status, stdout, stderr } = spawnSync('unshare', words, { cwd: project, encoding: 'utf8' });
      assert.equal(status, 0, `${stdout}${stderr}`);
      const [, passing] = /(\d+) passing/.exec(stdout) ?? [];
      assert.ok(Number(passing) > 0, stdout);
      const [, faults] = /faults injected: (\d+), violations: 0/.exec(stdout) ?? [];
      for (let fault = 0; fault < Number(faults ?? 0); fault += 1) tally.record(`${title}, in a namespace`, []);
    });
  });
}

function mayMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), 'countersign-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
